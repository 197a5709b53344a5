/// How a manifest line ended, so that it can be written again exactly.
public enum LineEnding: String, Codable, CaseIterable, Sendable {
  /// A line feed.
  case lf
  /// A carriage return and a line feed.
  case crlf
  /// Nothing: the file's last line, without a newline.
  case none

  /// The bytes of the ending.
  public var bytes: [UInt8] {
    switch self {
    case .lf: [0x0A]
    case .crlf: [0x0D, 0x0A]
    case .none: []
    }
  }

  /// The number of `bytes`.
  var byteCount: Int {
    switch self {
    case .lf: 1
    case .crlf: 2
    case .none: 0
    }
  }
}
