import Testing

@testable import Parquet

/// Pages that are read, and pages that lie in one place each.
@Suite struct HostilePageTests {
  private let file: HostileFile
  private let damaged = HostileFile.damaged
  private let cut = HostileFile.cut
  private let page = HostileFile.page

  init() throws {
    file = try HostileFile()
  }

  @Test func honestFilesAreRead() throws {
    #expect(try file.values(.honest) == ["x", nil])
    let words = ParquetBuilder.plain("red", "green")
    let indices = ParquetBuilder.levels([1, 0, 1, 1]) + [1, 2 << 1, 1, 1 << 1, 0]
    for (encoding, dictionaryEncoding): (Int64, Int64) in [(2, 2), (8, 0)] {
      let builder = ParquetBuilder(
        [
          .dictionary(words, count: 2, encoding: dictionaryEncoding),
          .data(indices, count: 4, encoding: encoding),
        ], rowCount: 4)
      #expect(try file.values(builder) == ["green", nil, "green", "red"])
    }
    // An index of no bits.
    let one = ParquetBuilder(
      [
        .dictionary(ParquetBuilder.plain("red"), count: 1),
        .data(ParquetBuilder.levels([1, 1]) + [0, 2 << 1], count: 2, encoding: 8),
      ], rowCount: 2)
    #expect(try file.values(one) == ["red", "red"])
    let required = ParquetBuilder([.data(ParquetBuilder.plain("x", ""), count: 2)], rowCount: 2)
    #expect(try file.values(required.withoutNulls) == ["x", ""])
    let second = ParquetBuilder(
      [.dataV2([2, 1, 2, 0] + ParquetBuilder.plain("x"), count: 2, nulls: 1, levelBytes: 4)],
      rowCount: 2)
    #expect(try file.values(second) == ["x", nil])
    // A header longer than what is read at first, for a value among its statistics.
    let long = String(repeating: "s", count: 100_000)
    var statistics = ParquetBuilder.honest
    statistics.pages[0].header[40] = .structure([5: .text(long)])
    #expect(try file.values(statistics) == ["x", nil])
    statistics.pages[0].header[40] = .text(String(repeating: "s", count: 2 << 20))
    #expect(file.message(statistics).contains("bytes wanted at byte "))
  }

  @Test func lyingPagesAreNamed() {
    let size = Int64(ParquetBuilder.honest.pages[0].body.count)
    #expect(
      file.message { $0.pages[0].header[3] = .int32(size + 1) } == page
        + "\(size + 1) bytes announced, \(size) are left of the column" + cut)
    #expect(
      file.message { $0.pages[0].header[3] = .int32(-1) } == page + "-1 compressed bytes" + damaged)
    #expect(file.message { $0.pages[0].header[2] = .int32(-5) } == page + "-5 bytes" + damaged)
    #expect(
      file.message { $0.pages[0].header[2] = .int32(1) } == page
        + "\(size) bytes, not compressed, where 1 are announced" + damaged)
    for id: Int16 in [2, 3] {
      #expect(
        file.message { $0.pages[0].header[id] = .int32(1 << 28 + 1) } == page
          + "a page of 268435457 bytes, where at most 268435456 are read; write it with smaller"
          + " pages")
    }
    #expect(
      file.message {
        $0.metadata[4] = .int32(1)
        $0.pages[0].header[2] = .int32(1 << 28)
      } == page + "\(size) bytes of Snappy cannot hold the 268435456 bytes announced" + damaged)
    #expect(
      file.message { $0.pages[0].header[5] = nil } == page
        + "a page header without its number of values" + damaged)
    #expect(
      file.message { $0.pages[0].header[1] = .int32(1) } == page
        + "a page of type 1; dictionary pages and data pages are read; write it with pyarrow")
    let body = ParquetBuilder.honest.pages[0].body
    #expect(
      file.message(.data(body, count: 3), rows: 2) == page
        + "3 values, where 2 are left of 2 rows" + damaged)
    #expect(file.message(.data(body, count: -1), rows: 2) == page + "-1 values" + damaged)
    #expect(
      file.message(.data(body, count: 2, encoding: 1), rows: 2) == page
        + "encoding 1, which the format lacks" + damaged)
    let end = 4 + ParquetBuilder.honest.pages[0].bytes.count
    #expect(
      file.message(.data(body, count: 2), rows: 3) == HostileFile.chunk.dropLast(2)
        + ", page at byte \(end): 1 bytes wanted at byte 0 of 0" + cut)
  }
}
