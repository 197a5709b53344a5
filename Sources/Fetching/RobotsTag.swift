/// What X-Robots-Tag headers of a response ask.
public enum RobotsTag {
  /// Directives by which a site takes an image out of training sets and indexes.
  static let optOuts: Set<String> = ["noai", "noimageai", "noindex", "noimageindex", "none"]

  /// The name by which a site can address this program alone.
  static let agent = "winnow"

  /// Whether the headers' values, one a line, hold an opt-out for everybody or for this program.
  ///
  /// A value is a list of directives; after `agent:` they are for that agent alone. Some directives
  /// have a colon of their own (`unavailable_after: 25 Jun`), so their names are no agents.
  public static func forbids(_ text: some Sequence<UInt8>) -> Bool {
    String(decoding: Array(text), as: UTF8.self).lowercased()
      .split(whereSeparator: \.isNewline).contains(where: forbids(value:))
  }

  private static let withValue: Set<String> = [
    "unavailable_after", "max-snippet", "max-image-preview", "max-video-preview",
  ]

  private static func forbids(value: Substring) -> Bool {
    var isForUs = true
    for part in value.split(separator: ",") {
      var directive = trimmed(part)
      if let colon = directive.firstIndex(of: ":") {
        let name = trimmed(directive[..<colon])
        if withValue.contains(String(name)) { continue }
        isForUs = name == agent || name == "*"
        directive = trimmed(directive[directive.index(after: colon)...])
      }
      if isForUs, optOuts.contains(String(directive)) { return true }
    }
    return false
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text
    while text.first?.isWhitespace ?? false { text.removeFirst() }
    while text.last?.isWhitespace ?? false { text.removeLast() }
    return text
  }
}
