/// Why a file is no usable picture. This is data about one pair, never a reason to stop a batch.
public struct ImageDecodeError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A closed set; the raw values are the reason codes of the audit table.
  public enum Reason: String, Sendable, CaseIterable {
    case missing = "missing_image"
    case empty = "empty_image"
    case unsupported = "unsupported_format"
    case truncated = "truncated_image"
    case corrupt = "corrupt_image"
    case tooLarge = "image_too_large"
    case tooSmall = "image_too_small"
    case tooSlow = "image_too_slow"
  }

  /// Which kind of failure.
  public let reason: Reason
  /// What exactly was found, in a few words: a format's name, a size, a decoder's message.
  public let detail: String

  /// - Parameters:
  ///   - reason: which kind of failure.
  ///   - detail: what exactly was found.
  public init(_ reason: Reason, _ detail: String) {
    self.reason = reason
    self.detail = detail
  }

  /// The reason code and the detail.
  public var description: String { "\(reason.rawValue): \(detail)" }
}
