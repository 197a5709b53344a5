/// What the footer says of the file, `FileMetaData` of parquet.thrift, its parts in agreement with
/// each other.
struct ParquetMetadata: Sendable {
  let columns: [ParquetColumn]
  let rowGroups: [RowGroup]
  let rowCount: Int

  /// A part of the rows, `RowGroup` of parquet.thrift.
  struct RowGroup: Sendable {
    /// At most `ParquetLimits.rowGroupRows`.
    let rowCount: Int
    /// One for each column that holds values, nested ones included.
    let chunks: [ColumnChunk]
  }

  /// Reads a footer.
  init(_ bytes: [UInt8], file: String) throws(ParquetError) {
    let place = FilePlace(file: file, part: "footer")
    var reader = ThriftCompactReader(bytes, place: place)
    var schema: [SchemaElement] = []
    var rowCount: Int64?
    var rowGroups: [RowGroup] = []
    try reader.readFields { reader, field throws(ParquetError) in
      switch field.id {
      case 2:
        schema = try reader.structures(field, limit: ParquetLimits.schemaElements) {
          reader throws(ParquetError) in try SchemaElement(&reader, place: place)
        }
      case 3: rowCount = try reader.int64(field)
      case 4:
        rowGroups = try reader.structures(field) { reader throws(ParquetError) in
          try RowGroup(&reader, place: place)
        }
      case 8:
        throw place.unsupported("the file is encrypted", remedy: "write it without encryption")
      default: try reader.skip(field)
      }
    }
    guard reader.position == bytes.count else {
      throw place.malformed("\(bytes.count - reader.position) bytes too many")
    }
    let (columns, chunkCount) = try ParquetColumn.columns(of: schema, place: place)
    var total = 0
    for (index, group) in rowGroups.enumerated() {
      guard group.chunks.count == chunkCount else {
        throw place.malformed(
          "row group \(index) has \(group.chunks.count) columns, the schema \(chunkCount)")
      }
      // At most 2²⁴ rows in each of at most 2²⁶ groups: no overflow.
      total += group.rowCount
    }
    guard let rowCount, rowCount == total else {
      throw place.malformed(
        "\(rowCount.map { "\($0)" } ?? "no number of") rows, \(total) in the row groups")
    }
    self.columns = columns
    self.rowGroups = rowGroups
    self.rowCount = total
  }
}

extension ParquetMetadata.RowGroup {
  fileprivate init(
    _ reader: inout ThriftCompactReader, place: FilePlace
  ) throws(ParquetError) {
    var chunks: [ColumnChunk] = []
    var rowCount: Int64?
    try reader.readFields { reader, field throws(ParquetError) in
      switch field.id {
      case 1:
        chunks = try reader.structures(field, limit: ParquetLimits.schemaElements) {
          reader throws(ParquetError) in try ColumnChunk(&reader, place: place)
        }
      case 3: rowCount = try reader.int64(field)
      default: try reader.skip(field)
      }
    }
    guard let rowCount, rowCount >= 0 else {
      throw place.malformed("a row group without a number of rows")
    }
    guard rowCount <= ParquetLimits.rowGroupRows else {
      throw place.unsupported(
        "a row group of \(rowCount) rows, where at most \(ParquetLimits.rowGroupRows) are read",
        remedy: "write it with smaller row groups")
    }
    self.rowCount = Int(rowCount)
    self.chunks = chunks
  }
}
