import Testing

@testable import Pairs

@Suite struct TSVManifestReaderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func rows(
    _ bytes: [UInt8], columns: ColumnOrder = .captionURL, limits: ManifestLimits = .init()
  ) throws -> [ManifestRow] {
    let path = try folder.write("m.tsv", bytes)
    let reader = try TSVManifestReader(path: path, columns: columns, limits: limits)
    return try reader.nextBatch(upTo: .max)
  }

  private func details(_ text: String) throws -> [String] {
    try rows(Array(text.utf8)).map {
      $0.failure.map { "\($0.reason.rawValue): \($0.detail)" } ?? "ok"
    }
  }

  @Test func readsFieldsEndingsAndPositions() throws {
    let rows = try rows(Array("a cat\thttp://x/1\r\nzwei \u{E4}\tu\nlast\tv".utf8))
    #expect(rows.map { $0.fields?.caption } == ["a cat", "zwei \u{E4}", "last"])
    #expect(rows.map { $0.fields?.url } == ["http://x/1", "u", "v"])
    #expect(rows.map(\.lineEnding) == [.crlf, .lf, .none])
    #expect(rows.map(\.lineNumber) == [1, 2, 3])
    #expect(rows.map(\.byteOffset) == [0, 18, 28])
    #expect(rows.allSatisfy { $0.isValid && !$0.isTruncated })
    #expect(rows[0].key == PairKey(url: Array("http://x/1".utf8), caption: Array("a cat".utf8)))
  }

  @Test func badLinesAreRowsWithExactWords() throws {
    let text = "none\n\na\tb\tc\n\tu\n \u{3000}\tu\nc\t\nc\t  \nok\tu\n"
    #expect(
      try details(text) == [
        "malformed_row: expected 2 tab-separated columns, found 1",
        "malformed_row: expected 2 tab-separated columns, found 1",
        "malformed_row: expected 2 tab-separated columns, found 3",
        "empty_caption: the caption is empty",
        "empty_caption: the caption is only whitespace",
        "empty_url: the URL is empty",
        "empty_url: the URL is only whitespace",
        "ok",
      ])
  }

  @Test func carriageReturnsAndNULsInsideAreData() throws {
    let rows = try rows(Array("a\rb\0c\tu\r\r\nend\tu\r".utf8))
    #expect(rows.map { $0.fields?.caption } == ["a\rb\0c", "end"])
    #expect(rows.map { $0.fields?.url } == ["u\r", "u\r"])
    #expect(rows.map(\.lineEnding) == [.crlf, .none])
  }

  @Test(
    arguments: [
      ([0x80], 1), ([0x61, 0xC3], 2), ([0xC0, 0xAF], 1), ([0xE0, 0x80, 0x80], 1),
      ([0xED, 0xA0, 0x80], 1), ([0xF4, 0x90, 0x80, 0x80], 1), ([0xF0, 0x9F, 0x98], 1),
      ([0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0xFF], 10),
    ] as [([UInt8], Int)])
  func invalidUTF8IsLocated(caption: [UInt8], position: Int) throws {
    let row = try #require(try rows(caption + Array("\tu\n".utf8)).first)
    #expect(
      row.failure
        == RowFailure(.invalidUTF8, "byte \(position) of the line is not valid UTF-8"))
    #expect(row.key == PairKey(url: [0x75], caption: caption))
    #expect(row.fields == nil && row.rawBytes == caption + [0x09, 0x75])
  }

  @Test func keysIgnoreColumnOrderAndNumberRepeats() throws {
    let first = try rows(Array("c\tu\nc\tu\nx\nx\nc\tu\n".utf8)).map(\.key)
    let second = try rows(Array("u\tc\nu\tc\n".utf8), columns: .urlCaption).map(\.key)
    #expect(first[0] == second[0])
    #expect(first.map(\.occurrence) == [1, 2, 1, 2, 3])
    #expect(first[2] == PairKey(malformedLine: [0x78]))
  }

  /// Around the limit, across buffer borders, in both column orders and with every ending.
  @Test(arguments: ColumnOrder.allCases, ["\n", "\r\n", ""])
  func longLinesAreKeyedButNotHeld(columns: ColumnOrder, ending: String) throws {
    let limits = ManifestLimits(captionBytes: 100, urlBytes: 50)
    for count in [99, 100, 101, 150, 151, 152, 153, 4096, 3_000_000] {
      let caption = [UInt8](repeating: 0x61, count: count)
      let url = Array("http://x/y".utf8)
      let line = ManifestLine.bytes(caption: caption, url: url, columns: columns, ending: .none)
      let before = Array("c\tu\n".utf8)
      let after = ending.isEmpty ? [] : Array("d\tv\n".utf8)
      let rows = try rows(
        before + line + Array(ending.utf8) + after, columns: columns, limits: limits)
      #expect(rows.count == (ending.isEmpty ? 2 : 3))
      let row = rows[1]
      #expect(row.key == PairKey(url: url, caption: caption), "\(count)")
      #expect(row.byteCount == line.count)
      #expect(row.rawBytes.count <= limits.lineBytes)
      #expect(row.rawBytes == Array(line.prefix(limits.lineBytes)))
      #expect(String(decoding: row.lineEnding.bytes, as: UTF8.self) == ending)
      let expected =
        count <= 100
        ? nil : RowFailure(.captionTooLong, "the caption has \(count) bytes, the limit is 100")
      #expect(row.failure == expected)
      if !ending.isEmpty { #expect(rows[2].isValid && rows[2].lineNumber == 3) }
    }
  }

  @Test func longURLsAndLongMalformedLines() throws {
    let limits = ManifestLimits(captionBytes: 10, urlBytes: 10)
    let long = String(repeating: "u", count: 5000)
    let rows = try rows(Array("c\t\(long)\n\(long)\na\t\(long)\tb\n".utf8), limits: limits)
    #expect(rows.map { $0.failure?.reason } == [.urlTooLong, .malformedRow, .malformedRow])
    #expect(rows[0].failure?.detail == "the URL has 5000 bytes, the limit is 10")
    #expect(rows[2].failure?.detail == "expected 2 tab-separated columns, found 3")
    #expect(rows[1].key == PairKey(malformedLine: Array(long.utf8)))
    #expect(rows[1].exactLine == nil && rows[1].isTruncated)
  }

  @Test func linesComeOutAsTheyCame() throws {
    var bytes: [UInt8] = []
    for index in 0..<40_000 {
      bytes += Array("caption \(index) \u{1F600}\thttp://host/\(index)".utf8)
      if index % 7 == 0 { bytes += [0x0D] }
      bytes += index % 11 == 0 ? [0x09, 0xFF, 0x0A] : [0x0A]
    }
    let rows = try rows(bytes)
    #expect(rows.count == 40_000)
    #expect(rows.flatMap { $0.exactLine ?? [] } == bytes)
    let rebuilt = rows.filter(\.isValid).allSatisfy { row in
      guard let fields = row.fields else { return false }
      return ManifestLine.bytes(
        caption: fields.caption, url: fields.url, columns: .captionURL, ending: row.lineEnding)
        == row.exactLine
    }
    #expect(rebuilt)
  }

  @Test func unusableManifestsAreErrorsThatNameTheFile() throws {
    let empty = try folder.write("empty.tsv", "")
    let bad = try folder.write("bad.tsv", "one\ntwo\n")
    func message(_ path: String) -> String {
      do {
        try TSVManifestReader(path: path).firstValidRow()
        return "ok"
      } catch {
        return error.description
      }
    }
    #expect(message("/no/m.tsv") == "/no/m.tsv: cannot be read: No such file or directory")
    #expect(message(folder.path) == "\(folder.path): cannot be read: is a folder")
    #expect(message("/dev/zero") == "/dev/zero: cannot be read: is not a regular file")
    #expect(message(empty) == "\(empty): the manifest is empty")
    #expect(
      message(bad) == "\(bad): none of its 2 lines is a pair; the first: expected 2 tab-separated"
        + " columns, found 1; check the file and its column order")
    #expect(message(try folder.write("good.tsv", "bad\nc\tu")) == "ok")
  }
}
