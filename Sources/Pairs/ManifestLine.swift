/// Manifest lines as bytes, exactly as a reader took them in.
public enum ManifestLine {
  /// One line of its columns. Neither may hold a TAB or line feed, or the line reads differently.
  public static func bytes(
    caption: some Collection<UInt8>, url: some Collection<UInt8>, columns: ColumnOrder,
    ending: LineEnding = .lf
  ) -> [UInt8] {
    var line: [UInt8] = []
    line.reserveCapacity(caption.count + url.count + 3)
    switch columns {
    case .captionURL:
      line += caption
      line.append(ManifestLineParser.tab)
      line += url
    case .urlCaption:
      line += url
      line.append(ManifestLineParser.tab)
      line += caption
    }
    line += ending.bytes
    return line
  }

  /// One line of its columns as text; the bytes of a row that was read as valid come out again.
  public static func bytes(
    caption: String, url: String, columns: ColumnOrder, ending: LineEnding = .lf
  ) -> [UInt8] {
    bytes(
      caption: Array(caption.utf8), url: Array(url.utf8), columns: columns, ending: ending)
  }
}

extension ManifestRow {
  /// The line as it came, with its ending; nil when it was too long to be held.
  public var exactLine: [UInt8]? { isTruncated ? nil : rawBytes + lineEnding.bytes }
}
