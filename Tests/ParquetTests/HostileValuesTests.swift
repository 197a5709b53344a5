import Testing

@testable import Parquet

/// Levels, values and dictionaries that lie in one place each.
@Suite struct HostileValuesTests {
  private let file: HostileFile
  private let damaged = HostileFile.damaged
  private let cut = HostileFile.cut
  private let page = HostileFile.page

  init() throws {
    file = try HostileFile()
  }

  @Test func lyingLevelsAreNamed() {
    let x = ParquetBuilder.plain("x")
    #expect(
      file.message(.data([200, 0, 0, 0, 2, 1] + x, count: 1), rows: 1) == page
        + "definition levels that are longer than the page" + cut)
    #expect(
      file.message(.data([0xFF, 0xFF, 0xFF, 0xFF, 2, 1] + x, count: 1), rows: 1) == page
        + "definition levels that are longer than the page" + cut)
    #expect(
      file.message(.data([1, 0], count: 1), rows: 1) == page
        + "definition levels that are longer than the page" + cut)
    #expect(
      file.message(.data(ParquetBuilder.levels([2]) + x, count: 1), rows: 1) == page
        + "a definition level over 1" + damaged)
    var packed = ParquetBuilder.Page.data(ParquetBuilder.levels([1]) + x, count: 1)
    packed.header[5] = .structure([1: .int32(1), 2: .int32(0), 3: .int32(4), 4: .int32(3)])
    #expect(
      file.message(packed, rows: 1) == page
        + "definition levels are encoded as BIT_PACKED, where RLE is read; write it with pyarrow")
    func second(
      nulls: Int64 = 0, levelBytes: Int64 = 2, _ change: ParquetBuilder.Fields = [:]
    ) -> String {
      file.message(
        .dataV2([2, 1] + x, count: 1, nulls: nulls, levelBytes: levelBytes, change), rows: 1)
    }
    #expect(second() == "read")
    #expect(second(nulls: 1) == page + "0 nulls, where 1 are announced" + damaged)
    #expect(second(levelBytes: 100) == page + "100 bytes of levels in a page of 7" + damaged)
    #expect(second(levelBytes: -1) == page + "-1 bytes of definition levels" + damaged)
    #expect(
      second(nulls: 2) == page + "1 values with 2 nulls in 1 rows, and 0 bytes of repetition"
        + " levels, in a column without lists" + damaged)
    #expect(second([3: .int32(2)]).contains("in 2 rows"))
    #expect(second([6: .int32(1)]).contains("1 bytes of repetition levels"))
    let required = ParquetBuilder(
      [.dataV2([2, 1] + x, count: 1, nulls: 0, levelBytes: 2)], rowCount: 1)
    #expect(
      file.message(required.withoutNulls) == page
        + "definition levels in a column without nulls" + damaged)
  }

  @Test func lyingValuesAreNamed() {
    func plain(_ bytes: [UInt8], count: UInt8) -> String {
      file.message(
        .data([2, 0, 0, 0, count << 1, 1] + bytes, count: Int64(count)), rows: Int64(count))
    }
    #expect(
      plain([2, 0, 0, 0, 0x61], count: 1) == page + "value 0 is longer than what holds it" + cut)
    #expect(
      plain([0xFF, 0xFF, 0xFF, 0xFF, 0x61], count: 1) == page
        + "value 0 is longer than what holds it" + cut)
    #expect(plain([0, 0, 0, 0], count: 2) == page + "2 values in 4 bytes" + cut)
    #expect(
      plain([1, 0, 0, 0, 0x61, 0, 0, 0], count: 2) == page
        + "value 1 is longer than what holds it" + cut)
    // What fastparquet leaves after the values.
    #expect(plain([1, 0, 0, 0, 0x61, 9], count: 1) == "read")
    #expect(
      plain([2, 0, 0, 0, 0xC3, 0x28], count: 1) == page
        + "value 0 is not UTF-8; read a column of text, or write it as UTF-8")
    // A surrogate, as Python's surrogateescape would leave it.
    #expect(plain([3, 0, 0, 0, 0xED, 0xA0, 0x80], count: 1).contains("value 0 is not UTF-8"))
  }

  @Test func lyingDictionariesAreNamed() {
    let red = ParquetBuilder.Page.dictionary(ParquetBuilder.plain("red"), count: 1)
    let second = "x.parquet: column `a`, row group 0, page at byte \(4 + red.bytes.count): "
    func index(_ bytes: [UInt8]) -> ParquetBuilder.Page {
      .data([2, 0, 0, 0, 2, 1] + bytes, count: 1, encoding: 8)
    }
    #expect(file.message(red, index([1, 2, 0]), rows: 1) == "read")
    #expect(
      file.message(red, index([1, 2, 1]), rows: 1) == second
        + "index 1 into a dictionary of 1 values" + damaged)
    #expect(
      file.message(red, index([32, 2, 0xFF, 0xFF, 0xFF, 0xFF]), rows: 1) == second
        + "index 4294967295 into a dictionary of 1 values" + damaged)
    #expect(
      file.message(red, index([33, 2, 0]), rows: 1) == second + "indices of no or over 32 bits"
        + damaged)
    #expect(
      file.message(red, index([]), rows: 1) == second + "indices of no or over 32 bits" + damaged)
    #expect(
      file.message(index([1, 2, 0]), rows: 1) == page + "indices into a dictionary that is missing"
        + damaged)
    #expect(
      file.message(red, red, rows: 1) == second + "a dictionary that is not the column's first page"
        + damaged)
    #expect(
      file.message(.dictionary([], count: 1), rows: 1) == page + "1 values in 0 bytes" + cut)
    #expect(
      file.message(.dictionary([], count: 1, encoding: 8), rows: 1) == page
        + "the encoding of its dictionary is RLE_DICTIONARY, where PLAIN is read; write it with"
        + " pyarrow's default encoding")
    #expect(
      file.message(.dictionary([], count: 1 << 24 + 1), rows: 1) == page
        + "a dictionary of 16777217 values, where at most 16777216 are read; write it with smaller"
        + " row groups")
  }
}
