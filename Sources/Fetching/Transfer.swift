import Pairs

/// One request to a URL and what came of it.
public struct Transfer: Sendable {
  /// How it ended.
  public enum End: Sendable, Equatable {
    /// A body with a status of 200 to 299.
    case body([UInt8])
    /// Such a body in a file, which is the receiver's to move or remove.
    case file(path: String, bytes: Int)
    /// An answer with another status.
    case answered
    /// No answer, or one that was given up.
    case failed(RowFailure)
  }

  /// What the caller gave the request.
  public let ticket: Int
  /// How it ended.
  public let end: End
  /// The HTTP status of the last answer; nil without one.
  public let status: Int?
  /// Where the last redirect led; nil where no server was asked.
  public let finalURL: String?
  /// What the server says it sent.
  public let contentType: String?
  /// How long the server asks to wait, in seconds.
  public let retryAfter: Double?
  /// Seconds it took.
  public let seconds: Double

  /// A transfer of its parts.
  public init(
    ticket: Int, end: End, status: Int?, finalURL: String?, contentType: String?,
    retryAfter: Double?, seconds: Double
  ) {
    self.ticket = ticket
    self.end = end
    self.status = status
    self.finalURL = finalURL
    self.contentType = contentType
    self.retryAfter = retryAfter
    self.seconds = seconds
  }
}
