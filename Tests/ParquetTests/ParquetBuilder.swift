@testable import Parquet

/// Writes Parquet files of one column `a`, honest and hostile ones.
struct ParquetBuilder {
  typealias Fields = [Int16: Thrift]

  /// A page with the fields of its header.
  struct Page {
    var header: Fields
    var body: [UInt8]

    var bytes: [UInt8] { Thrift.structure(header).bytes + body }

    /// A page of version 1; `body` holds levels and values.
    static func data(_ body: [UInt8], count: Int64, encoding: Int64 = 0) -> Page {
      let fields: Fields = [
        1: .int32(count), 2: .int32(encoding), 3: .int32(3), 4: .int32(3),
      ]
      return Page(body, type: 0, [5: .structure(fields)])
    }

    /// A page of version 2; `body` holds levels and values.
    static func dataV2(
      _ body: [UInt8], count: Int64, nulls: Int64, levelBytes: Int64, _ change: Fields = [:]
    ) -> Page {
      let fields: Fields = [
        1: .int32(count), 2: .int32(nulls), 3: .int32(count), 4: .int32(0), 5: .int32(levelBytes),
        6: .int32(0), 7: .boolean(false),
      ]
      return Page(body, type: 3, [8: .structure(fields.merging(change) { $1 })])
    }

    /// A page of dictionary entries.
    static func dictionary(_ body: [UInt8], count: Int64, encoding: Int64 = 0) -> Page {
      Page(body, type: 2, [7: .structure([1: .int32(count), 2: .int32(encoding)])])
    }

    private init(_ body: [UInt8], type: Int64, _ header: Fields) {
      self.body = body
      self.header = header
      for (id, number) in [(1, type), (2, Int64(body.count)), (3, Int64(body.count))] {
        self.header[Int16(id)] = .int32(number)
      }
    }
  }

  var pages: [Page]
  /// The root and the column.
  var schema: [Fields] = [
    [4: .text("schema"), 5: .int32(1)],
    [1: .int32(6), 3: .int32(1), 4: .text("a"), 6: .int32(0)],
  ]
  /// What differs from the truth in `ColumnMetaData`, `ColumnChunk`, `RowGroup`, `FileMetaData`.
  var (metadata, chunk, group, footer): (Fields, Fields, Fields, Fields) = ([:], [:], [:], [:])
  /// Bytes after the metadata, within the footer.
  var footerEnd: [UInt8] = []
  let rowCount: Int64

  init(_ pages: [Page], rowCount: Int64) {
    self.pages = pages
    self.rowCount = rowCount
  }

  /// A file of the values "x" and nil.
  static var honest: ParquetBuilder {
    ParquetBuilder([.data(levels([1, 0]) + plain("x"), count: 2)], rowCount: 2)
  }

  /// The same with a column that is required, so that its pages need no levels.
  var withoutNulls: ParquetBuilder {
    var builder = self
    builder.schema[1][3] = .int32(0)
    return builder
  }

  var bytes: [UInt8] {
    let body = pages.flatMap(\.bytes)
    func with(_ fields: Fields, _ change: Fields) -> Thrift {
      .structure(fields.merging(change) { $1 })
    }
    let metadata = with(
      [
        1: .int32(6), 4: .int32(0), 5: .int64(rowCount), 7: .int64(Int64(body.count)),
        9: .int64(4),
      ], metadata)
    let chunk = with([2: .int64(0), 3: metadata], chunk)
    let group = with([1: .list([chunk]), 2: .int64(0), 3: .int64(rowCount)], group)
    let footer =
      with(
        [
          1: .int32(2), 2: .list(schema.map { .structure($0) }), 3: .int64(rowCount),
          4: .list([group]),
        ], footer
      ).bytes + footerEnd
    let length = (0..<4).map { UInt8(truncatingIfNeeded: footer.count >> (8 * $0)) }
    return Array("PAR1".utf8) + body + footer + length + Array("PAR1".utf8)
  }

  // MARK: - Bodies

  /// Definition levels of version 1, each in a run of its own.
  static func levels(_ levels: [UInt8]) -> [UInt8] {
    [UInt8(2 * levels.count), 0, 0, 0] + levels.flatMap { [2, $0] }
  }

  /// Values in `PLAIN`.
  static func plain(_ values: String...) -> [UInt8] {
    values.flatMap { [UInt8($0.utf8.count), 0, 0, 0] + Array($0.utf8) }
  }
}
