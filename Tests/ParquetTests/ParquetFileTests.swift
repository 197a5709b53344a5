import Foundation
import TestSupport
import Testing

@testable import Parquet

@Suite struct ParquetFileTests {
  @Test func valuesAreThoseThatPyarrowReads() throws {
    let expected = try Fixture.values()
    #expect(expected.count == 19)
    for (name, groups) in expected {
      let file = try ParquetFile(contentsOf: Fixture.path(name))
      #expect(file.rowGroupCount == groups.count, "\(name)")
      for (index, columns) in groups.enumerated() {
        for (column, values) in columns {
          let read = try file.strings(ofColumn: column, rowGroup: index)
          #expect(bytes(read) == bytes(values), "\(name), \(column), \(index)")
        }
      }
      let rows = try groups.indices.reduce(0) { sum, index in
        guard let column = groups[index].keys.first else { return sum }
        return sum + (try file.strings(ofColumn: column, rowGroup: index).count)
      }
      #expect(rows == file.rowCount || groups.allSatisfy(\.isEmpty), "\(name)")
    }
  }

  @Test func columnsAndRowsAreCounted() throws {
    let shard = try ParquetFile(contentsOf: Fixture.path("img2dataset.parquet"))
    #expect(shard.rowCount == 130 && shard.rowGroupCount == 2)
    #expect(
      shard.columnNames == [
        "url", "caption", "key", "status", "error_message", "width", "original_width", "exif",
      ])
    #expect(try shard.strings(ofColumn: "key", rowGroup: 1).last == "000000129")
    let empty = try ParquetFile(contentsOf: Fixture.path("empty.parquet"))
    #expect(empty.rowCount == 0 && empty.columnNames == ["caption", "url"])
    let none = try ParquetFile(contentsOf: Fixture.path("no-columns.parquet"))
    #expect(none.rowCount == 0 && none.columnNames == [])
    #expect(try ParquetFile(contentsOf: Fixture.path("pages.parquet")).rowCount == 900)
  }

  @Test func textOfMoreThanOneSnappyBlockIsRead() throws {
    let file = try ParquetFile(contentsOf: Fixture.path("long.parquet"))
    let numbers = (0..<600).map { String($0 * $0, radix: 16) }.joined()
    let expected = [
      String(repeating: "x", count: 70_000), String(repeating: "ab", count: 1000), nil,
      String(repeating: numbers, count: 40),
    ]
    #expect(try file.strings(ofColumn: "caption", rowGroup: 0) == expected)
  }

  @Test func otherColumnsAreListedAndRefused() throws {
    let path = try Fixture.path("types.parquet")
    let file = try ParquetFile(contentsOf: path)
    #expect(
      file.columnNames == [
        "count", "required", "tags", "structure", "map", "large", "bytes", "category", "nothing",
        "fixed", "score", "last",
      ])
    let within = "columns within it (a list, a map or a structure)"
    for (name, found) in [
      ("count", "values of type INT64"), ("tags", within), ("structure", within), ("map", within),
      ("fixed", "values of type FIXED_LEN_BYTE_ARRAY"), ("score", "values of type FLOAT"),
    ] {
      #expect(
        failure { _ = try file.strings(ofColumn: name, rowGroup: 0) }
          == "\(path): column `\(name)` holds \(found), not text; text is in `required`, `large`,"
          + " `bytes`, `category`, `nothing`, `last`")
    }
    #expect(
      failure { _ = try file.strings(ofColumn: "bytes", rowGroup: 0) }
        == "\(path): column `bytes`, row group 0, page at byte 617: value 1 is not UTF-8; read a"
        + " column of text, or write it as UTF-8")
  }

  @Test func unknownColumnsAreNamed() throws {
    let path = try Fixture.path("dictionary.parquet")
    let file = try ParquetFile(contentsOf: path)
    for name in ["URL", "", "url "] {
      #expect(
        failure { _ = try file.strings(ofColumn: name, rowGroup: 0) }
          == "\(path): there is no column `\(name)`; there are `caption`, `url`")
    }
    let empty = try Fixture.path("no-columns.parquet")
    let error = ParquetError.missingColumn(file: empty, name: "a", columns: [])
    #expect("\(error)" == "\(empty): there is no column `a`; the file has no columns")
    let twice = try Fixture.path("twice.parquet")
    #expect(
      failure { _ = try ParquetFile(contentsOf: twice).strings(ofColumn: "same", rowGroup: 0) }
        == "\(twice): 2 columns are called `same`; rename all but one of them")
  }

  @Test func otherCodecsAndEncodingsAreNamed() throws {
    let codecs = try Fixture.path("codecs.parquet")
    for (column, name) in [
      ("zstd", "ZSTD"), ("gzip", "GZIP"), ("brotli", "BROTLI"), ("lz4", "LZ4_RAW"),
    ] {
      let message = failure {
        _ = try ParquetFile(contentsOf: codecs).strings(ofColumn: column, rowGroup: 0)
      }
      #expect(
        message == "\(codecs): column `\(column)`, row group 0: its pages are compressed with"
          + " \(name), where SNAPPY and UNCOMPRESSED are read; write it with"
          + " compression=\"snappy\" of pyarrow.parquet.write_table")
    }
    let encodings = try Fixture.path("encodings.parquet")
    for (column, name) in [("delta", "DELTA_BYTE_ARRAY"), ("lengths", "DELTA_LENGTH_BYTE_ARRAY")] {
      let message = try #require(
        failure {
          _ = try ParquetFile(contentsOf: encodings).strings(ofColumn: column, rowGroup: 0)
        })
      #expect(
        message.hasSuffix(
          ": the encoding of its values is \(name), where PLAIN and RLE_DICTIONARY are read; write it"
            + " with pyarrow's default encoding"), "\(message)")
    }
  }

  @Test func otherFilesAreNamed() throws {
    let folder = try ScratchFolder()
    func message(_ bytes: [UInt8]) throws -> String? {
      let path = try folder.write(bytes, to: "x.parquet")
      return failure { _ = try ParquetFile(contentsOf: path) }?
        .replacingOccurrences(of: path, with: "x.parquet")
    }
    let advice = "; check that its writer has finished, or copy it again"
    let honest = try Fixture.bytes("dictionary.parquet")
    #expect(
      try message([]) == "x.parquet: not a whole Parquet file: it has only 0 bytes\(advice)")
    #expect(
      try message(Array("caption\turl\nx\thttps://example.org/x.jpg\n".utf8))
        == "x.parquet: not a whole Parquet file: it does not begin with PAR1\(advice)")
    #expect(
      try message(honest.dropLast(3))
        == "x.parquet: not a whole Parquet file: it does not end with PAR1\(advice)")
    #expect(
      try message(honest.prefix(40) + honest.suffix(8))
        == "x.parquet: not a whole Parquet file: its footer of"
        + " \(Int(honest.suffix(8).firstUInt32 ?? 0)) bytes is longer than the file\(advice)")
    #expect(
      try message(honest.dropLast(8) + [1, 0, 0, 4] + Array("PAR1".utf8))
        == "x.parquet: a footer of 67108865 bytes, where at most 67108864 are read; write a file"
        + " of fewer or larger row groups")
    #expect(
      try message(Array("PARE".utf8) + honest.dropFirst(4).dropLast(4) + Array("PARE".utf8))
        == "x.parquet: the file is encrypted; write it without encryption")
    #expect(
      failure { _ = try ParquetFile(contentsOf: folder.path) }
        == "\(folder.path): cannot be read: is a folder; check its path and permissions")
    let missing = folder.file("none.parquet")
    #expect(
      failure { _ = try ParquetFile(contentsOf: missing) } == "\(missing): cannot be read: "
        + "No such file or directory; check its path and permissions")
  }

  @Test func aFileThatIsCutWhileOpenIsAnError() throws {
    let folder = try ScratchFolder()
    let path = try folder.write(Fixture.bytes("dictionary.parquet"), to: "x.parquet")
    let file = try ParquetFile(contentsOf: path)
    #expect(truncate(path, 100) == 0)
    #expect(
      failure { _ = try file.strings(ofColumn: "url", rowGroup: 0) } == "\(path): cannot be read: "
        + "it has become shorter; check its path and permissions")
  }

  @Test func hostileNamesStayShortAndPrintable() {
    #expect(Quoted.name("a\u{1B}[2J\n") == "`a\\u{1B}[2J\\n`")
    #expect(Quoted.name("Käse") == "`Käse`")
    #expect(Quoted.name(String(repeating: "x", count: 60)).count == 62)
    #expect(Quoted.name(String(repeating: "x", count: 1000)).count == 63)
    let names = Quoted.names((0..<100).map { "c\($0)" })
    #expect(names.hasPrefix("`c0`, `c1`, ") && names.hasSuffix("`c59`, … (100 in all)"))
  }
}
