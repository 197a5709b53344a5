import Foundation

/// What img2dataset says of one row, in `KEY.json` beside the picture or in the shard's table.
public struct SampleRecord: Sendable, Equatable {
  /// The row's name within the output.
  public let key: String?
  /// The URL that the picture came from.
  public let url: String?
  /// The caption.
  public let caption: String?
  /// `success`, `failed_to_download` or `failed_to_resize`.
  public let status: String?
  /// Why it failed.
  public let message: String?

  /// A record of its parts.
  public init(key: String?, url: String?, caption: String?, status: String?, message: String?) {
    self.key = key
    self.url = url
    self.caption = caption
    self.status = status
    self.message = message
  }

  /// The record of a JSON object; nil for anything else. Values of other types than text are left
  /// out.
  init?(json bytes: [UInt8]) {
    guard let object = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
    else { return nil }
    key = object["key"] as? String
    url = object["url"] as? String
    caption = object["caption"] as? String
    status = object["status"] as? String
    message = object["error_message"] as? String
  }

  /// Why there is no picture, in this program's terms; nil for a row that succeeded.
  public var failure: (failure: RowFailure, httpStatus: Int?)? {
    guard let status, status != "success" else { return nil }
    let words = message ?? status
    let detail = "img2dataset: \(words)"
    if let range = words.range(of: "HTTP Error "),
      let number = Int(words[range.upperBound...].prefix { $0.isNumber })
    {
      return (RowFailure(.httpError, detail), number)
    }
    return (RowFailure(Self.reason(of: words.lowercased(), status), detail), nil)
  }

  private static func reason(of words: String, _ status: String) -> PairReason {
    let known: [(String, PairReason)] = [
      ("timed out", .timeout), ("timeout", .timeout), ("name or service", .dns),
      ("name resolution", .dns), ("nodename", .dns), ("no address associated", .dns),
      ("certificate", .tls), ("ssl", .tls), ("use of image disallowed", .optedOut),
      ("x-robots-tag", .optedOut), ("redirect", .redirectLimit), ("image decoding", .corruptImage),
      ("image too small", .imageTooSmall), ("aspect ratio too large", .imageTooNarrow),
      ("hash mismatch", .corruptImage),
    ]
    if let (_, reason) = known.first(where: { words.contains($0.0) }) { return reason }
    return status == "failed_to_resize" ? .corruptImage : .connection
  }
}
