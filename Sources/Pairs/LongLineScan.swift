/// What a line that is too long to be held is made of, found by streaming over it.
struct LongLineScan {
  /// Where the line begins in the file.
  let byteOffset: Int64
  /// Its length without the ending.
  private(set) var byteCount = 0
  private(set) var tabCount = 0
  /// The first TAB, counted from the line's start.
  private var firstTab = 0
  private(set) var lineEnding = LineEnding.none
  /// The first bytes of the line, as many as may be held.
  private(set) var beginning: [UInt8] = []

  /// The line's TAB, when it has exactly one.
  var onlyTab: Int? { tabCount == 1 ? firstTab : nil }

  /// Where the next line begins.
  var nextOffset: Int64 { byteOffset + Int64(byteCount + lineEnding.byteCount) }

  /// Streams over the line at `byteOffset`, holding one block and `beginningCount` bytes.
  init(
    of file: ReadableFile, at byteOffset: Int64, beginningCount: Int, block: inout [UInt8]
  ) throws(PairsError) {
    self.byteOffset = byteOffset
    var lastByte: UInt8 = 0
    while lineEnding == .none {
      let count = try file.read(
        into: &block, count: block.count, at: byteOffset + Int64(byteCount))
      if count == 0 { break }
      let newline = ByteSearch.firstIndex(of: 0x0A, in: block, range: 0..<count)
      let end = newline ?? count
      let tab = ByteSearch.firstIndex(of: ManifestLineParser.tab, in: block, range: 0..<end)
      if tabCount == 0, let tab { firstTab = byteCount + tab }
      tabCount += ByteSearch.count(of: ManifestLineParser.tab, in: block, range: 0..<end)
      let wanted = min(end, beginningCount - beginning.count)
      beginning += block[..<max(wanted, 0)]
      if end > 0 { lastByte = block[end - 1] }
      byteCount += end
      if newline != nil { lineEnding = .lf }
    }
    if lineEnding == .lf, lastByte == 0x0D {
      lineEnding = .crlf
      byteCount -= 1
    }
  }
}
