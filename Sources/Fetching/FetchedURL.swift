import Pairs

/// A URL to fetch.
public struct FetchRequest: Sendable, Equatable {
  /// The caller's number for it; no two of a run are the same.
  public let id: Int64
  /// The URL as the manifest writes it.
  public let url: String

  /// A request of its parts.
  public init(id: Int64, url: String) {
    self.id = id
    self.url = url
  }
}

/// A server whose URLs are not asked for any more, since too many of them failed in a row.
public struct FetchedHost: Sendable, Equatable {
  /// Its name in lower case, with its port unless that is the usual one.
  public let name: String
  /// What came of the last of them.
  public let lastFailure: RowFailure
}

/// What came of a URL, after all tries.
public struct FetchedURL: Sendable, Equatable {
  /// The caller's number for it.
  public let id: Int64
  /// The stored content, or why there is none.
  public let result: Result<SHA256Digest, RowFailure.Thrown>
  /// Bytes stored; nil without any.
  public let bytes: Int?
  /// The HTTP status of the last answer; nil without one.
  public let status: Int?
  /// Where the last redirect led; nil where no server was asked.
  public let finalURL: String?
  /// What the server says it sent.
  public let contentType: String?
  /// Seconds of all tries, without the waits between them.
  public let seconds: Double
  /// How often it was asked for.
  public let tries: Int

  /// A result of its parts.
  public init(
    id: Int64, result: Result<SHA256Digest, RowFailure.Thrown>, bytes: Int?, status: Int?,
    finalURL: String?, contentType: String?, seconds: Double, tries: Int
  ) {
    self.id = id
    self.result = result
    self.bytes = bytes
    self.status = status
    self.finalURL = finalURL
    self.contentType = contentType
    self.seconds = seconds
    self.tries = tries
  }
}
