/// The two columns of a manifest line, as bytes of that line and as text.
public struct PairFields: Hashable, Sendable {
  /// The whole line without its ending.
  private let line: [UInt8]
  private let captionRange: Range<Int>
  private let urlRange: Range<Int>
  private let byteOrderMarkCount: Int

  /// The columns of `line` around its one TAB at `tab`.
  ///
  /// With `skippingByteOrderMark`, a UTF-8 byte order mark at the line's start stays in the bytes
  /// and is left out of the text.
  init(line: [UInt8], tab: Int, columns: ColumnOrder, skippingByteOrderMark: Bool = false) {
    self.line = line
    let first = 0..<tab
    let second = (tab + 1)..<line.count
    captionRange = columns == .captionURL ? first : second
    urlRange = columns == .captionURL ? second : first
    let hasMark = skippingByteOrderMark && line.prefix(tab).starts(with: [0xEF, 0xBB, 0xBF])
    byteOrderMarkCount = hasMark ? 3 : 0
  }

  /// The caption exactly as it stands in the manifest.
  public var captionBytes: ArraySlice<UInt8> { line[captionRange] }

  /// The URL exactly as it stands in the manifest.
  public var urlBytes: ArraySlice<UInt8> { line[urlRange] }

  /// The caption as text, whitespace included.
  public var caption: String { text(captionRange) }

  /// The URL as text, whitespace included.
  public var url: String { text(urlRange) }

  /// The caption's bytes that are text.
  var captionText: ArraySlice<UInt8> { line[textRange(captionRange)] }

  /// The URL's bytes that are text.
  var urlText: ArraySlice<UInt8> { line[textRange(urlRange)] }

  private func textRange(_ range: Range<Int>) -> Range<Int> {
    range.lowerBound == 0 ? byteOrderMarkCount..<range.upperBound : range
  }

  private func text(_ range: Range<Int>) -> String {
    String(decoding: line[textRange(range)], as: UTF8.self)
  }
}
