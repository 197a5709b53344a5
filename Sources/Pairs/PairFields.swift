/// The two columns of a manifest line, as bytes of that line and as text.
public struct PairFields: Hashable, Sendable {
  /// The whole line without its ending.
  private let line: [UInt8]
  private let captionRange: Range<Int>
  private let urlRange: Range<Int>

  /// The columns of `line` around its one TAB at `tab`.
  init(line: [UInt8], tab: Int, columns: ColumnOrder) {
    self.line = line
    let first = 0..<tab
    let second = (tab + 1)..<line.count
    captionRange = columns == .captionURL ? first : second
    urlRange = columns == .captionURL ? second : first
  }

  /// The caption exactly as it stands in the manifest.
  public var captionBytes: ArraySlice<UInt8> { line[captionRange] }

  /// The URL exactly as it stands in the manifest.
  public var urlBytes: ArraySlice<UInt8> { line[urlRange] }

  /// The caption as text: its `utf8` is `captionBytes`.
  public var caption: String { String(decoding: captionBytes, as: UTF8.self) }

  /// The URL as text: its `utf8` is `urlBytes`.
  public var url: String { String(decoding: urlBytes, as: UTF8.self) }
}
