import Pairs

/// A URL to be fetched.
public struct PendingFetch: Sendable, Equatable {
  /// The location's number; locations are numbered by first appearance.
  public let locationID: Int64
  /// The URL as the first line that names it writes it.
  public let url: String
}

/// What came of a URL.
public struct FetchRecord: Sendable {
  /// The location's number.
  public let locationID: Int64
  /// The content that is stored, or why there is none.
  public let result: Result<SHA256Digest, RowFailure.Thrown>
  /// The HTTP status of the last answer.
  public let status: Int?
  /// Where the last redirect led.
  public let finalURL: String?
  /// What the server says it sent.
  public let contentType: String?
  /// Bytes stored.
  public let bytes: Int?
  /// Seconds of all tries.
  public let seconds: Double
  /// How often it was asked for.
  public let tries: Int

  /// A record of its parts.
  public init(
    locationID: Int64, result: Result<SHA256Digest, RowFailure.Thrown>, status: Int?,
    finalURL: String?, contentType: String?, bytes: Int?, seconds: Double, tries: Int
  ) {
    self.locationID = locationID
    self.result = result
    self.status = status
    self.finalURL = finalURL
    self.contentType = contentType
    self.bytes = bytes
    self.seconds = seconds
    self.tries = tries
  }
}

/// How many URLs a workspace has, and what came of them.
public struct FetchProgress: Codable, Sendable, Equatable {
  /// URLs in all.
  public let total: Int
  /// URLs whose content is here.
  public let fetched: Int
  /// URLs that failed.
  public let failed: Int

  enum CodingKeys: String, CodingKey {
    case total = "total"
    case fetched = "fetched"
    case failed = "failed"
  }

  /// URLs that were not asked for yet.
  public var pending: Int { total - fetched - failed }
}
