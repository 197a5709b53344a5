import Testing

@testable import Parquet

/// Footers that lie in one place each.
@Suite struct HostileFooterTests {
  private let file: HostileFile
  private let damaged = HostileFile.damaged
  private let cut = HostileFile.cut
  private let chunk = HostileFile.chunk
  private let page = HostileFile.page

  init() throws {
    file = try HostileFile()
  }

  @Test func lyingFootersAreNamed() {
    let footer = "x.parquet: footer: "
    #expect(file.message { $0.footerEnd = [0, 0] } == footer + "2 bytes too many" + damaged)
    #expect(
      file.message { $0.footer[3] = .int64(3) } == footer + "3 rows, 2 in the row groups" + damaged)
    #expect(
      file.message { $0.footer[3] = .raw(type: 1, []) }.contains("field 3 is of another type"))
    #expect(
      file.message { $0.group[3] = .int64(.max) } == footer
        + "a row group of \(Int64.max) rows, where at most 16777216 are read; write it with"
        + " smaller row groups")
    #expect(
      file.message { $0.group[3] = .int64(-1) } == footer + "a row group without a number of rows"
        + damaged)
    #expect(
      file.message { $0.group[1] = .list([]) } == footer + "row group 0 has 0 columns, the schema 1"
        + damaged)
    #expect(
      file.message { $0.footer[8] = .structure([:]) } == footer
        + "the file is encrypted; write it without encryption")
    #expect(
      file.message { $0.chunk[3] = .structure([1: .int32(6)]) } == footer
        + "a column chunk without its type, codec, sizes or place" + damaged)
    #expect(
      file.message { $0.footer[4] = .raw(type: 9, [0xFC] + Thrift.unsigned(1 << 60)) }
        .contains("1152921504606846976 elements of a list wanted"))
  }

  @Test func lyingSchemasAreNamed() {
    let footer = "x.parquet: footer: "
    #expect(
      file.message { $0.footer[2] = .list([]) } == footer + "a schema without a root" + damaged)
    #expect(
      file.message { $0.schema[0][5] = .int32(2) } == footer
        + "a schema of 2 columns in 2 elements, root included" + damaged)
    #expect(
      file.message { $0.schema[0][5] = .int32(0) } == footer + "a schema with 1 elements too many"
        + damaged)
    #expect(
      file.message { $0.schema[0][5] = .int32(-1) } == footer + "`schema` has -1 children" + damaged
    )
    #expect(
      file.message { $0.schema[1][1] = .int32(99) } == footer
        + "`a` has a type that the format lacks" + damaged)
    #expect(
      file.message { $0.schema[1][3] = .int32(3) } == footer
        + "`a` has a type that the format lacks" + damaged)
    for change: (inout ParquetBuilder) -> Void in [
      { $0.schema[1][1] = nil }, { $0.schema[1][3] = nil }, { $0.schema[1][5] = .int32(1) },
    ] {
      #expect(file.message(change) == footer + "`a` is neither a column nor a group" + damaged)
    }
    #expect(
      file.message {
        $0.schema[1][1] = nil
        $0.schema[1][5] = .int32(.init(Int32.max))
      } == footer + "a schema of 2 elements, which lacks some" + damaged)
    #expect(
      file.message { $0.schema[1][4] = nil } == footer + "a schema element without a name" + damaged
    )
    #expect(
      file.message { $0.schema = Array(repeating: $0.schema[1], count: 1 << 16 + 1) } == footer
        + "a list of 65537 elements, where at most 65536 are read; write a file of fewer columns")
  }

  /// Groups in groups, each one element: deep schemas need no deep stack.
  @Test func deepSchemasAreRead() throws {
    var builder = ParquetBuilder.honest
    let group: ParquetBuilder.Fields = [3: .int32(1), 4: .text("g"), 5: .int32(1)]
    builder.schema.insert(contentsOf: Array(repeating: group, count: 65_000), at: 1)
    #expect(try file.open(builder).columnNames == ["g"])
  }

  @Test func otherTypesOfBytesAreNotText() {
    let found =
      "x.parquet: column `a` holds values of type BYTE_ARRAY, not text; the file has no column of"
      + " text"
    // DECIMAL and BSON.
    #expect(file.message { $0.schema[1][6] = .int32(5) } == found)
    #expect(file.message { $0.schema[1][10] = .structure([13: .structure([:])]) } == found)
    #expect(file.message { $0.schema[1][10] = .structure([1: .structure([:])]) } == "read")
    #expect(file.message { $0.schema[1][6] = nil } == "read")
    #expect(
      file.message { $0.schema[1][3] = .int32(2) }
        == "x.parquet: column `a` holds lists, not text; the file has no column of text")
  }

  @Test func lyingChunksAreNamed() {
    for (id, number): (Int16, Int64) in [(9, -1), (9, 3), (9, .max), (9, 1000), (11, 2)] {
      let start = id == 9 ? number : 2
      let size = ParquetBuilder.honest.pages[0].bytes.count
      #expect(
        file.message { $0.metadata[id] = .int64(number) } == chunk
          + "\(size) bytes from byte \(start) on, outside the file's pages" + damaged)
    }
    for size: Int64 in [-1, 1000, .max, .min] {
      #expect(
        file.message { $0.metadata[7] = .int64(size) } == chunk
          + "\(size) bytes from byte 4 on, outside the file's pages" + damaged)
    }
    #expect(
      file.message { $0.metadata[5] = .int64(3) } == chunk
        + "3 values of type 6, where the schema has 2 of type 6" + damaged)
    #expect(
      file.message { $0.metadata[1] = .int32(1) } == chunk
        + "2 values of type 1, where the schema has 2 of type 6" + damaged)
    #expect(
      file.message { $0.metadata[4] = .int32(99) } == chunk
        + "its pages are compressed with method 99, where SNAPPY and UNCOMPRESSED are read; write"
        + " it with compression=\"snappy\" of pyarrow.parquet.write_table")
    #expect(
      file.message { $0.chunk[1] = .text("other.parquet") } == chunk
        + "its pages are in another file; write it as one file")
    #expect(
      file.message { $0.chunk = [3: .int64(0), 8: .structure([:])] }.contains(
        "field 3 is of another"))
    #expect(
      file.message { $0.chunk[8] = .structure([:]) } == chunk
        + "it is encrypted; write it without encryption")
    #expect(
      file.message { $0.metadata[7] = .int64(0) } == page + "1 bytes wanted at byte 0 of 0" + cut)
  }
}
