/// The pages of one column in one row group, `ColumnChunk` and `ColumnMetaData` of parquet.thrift.
struct ColumnChunk: Sendable {
  /// A number of the format, which need not be a known one: `CompressionCodec`.
  let codec: Int32
  /// A number of the format, which need not be a known one: `PhysicalType`.
  let type: Int32
  /// Values of all pages, nulls included.
  let valueCount: Int64
  /// Where the first page begins in the file, unchecked.
  let start: Int64
  /// Bytes of all pages with their headers, unchecked.
  let byteCount: Int64
  /// What stands in the way of reading it: another file, or encryption.
  let obstacle: Obstacle?

  /// Where a chunk's pages or their description cannot be read.
  enum Obstacle: Sendable {
    case otherFile, encryption
  }

  init(_ reader: inout ThriftCompactReader, place: FilePlace) throws(ParquetError) {
    var metadata: Metadata?
    var obstacle: Obstacle?
    try reader.readFields { reader, field throws(ParquetError) in
      switch field.id {
      case 1:
        obstacle = .otherFile
        try reader.skip(field)
      case 3: metadata = try Metadata(&reader, field)
      case 8, 9:
        obstacle = .encryption
        try reader.skip(field)
      default: try reader.skip(field)
      }
    }
    self.obstacle = obstacle
    guard let metadata, let codec = metadata.codec, let type = metadata.type,
      let valueCount = metadata.valueCount, let byteCount = metadata.byteCount,
      let dataStart = metadata.dataStart
    else {
      guard obstacle == .encryption else {
        throw place.malformed("a column chunk without its type, codec, sizes or place")
      }
      (codec, type, valueCount, start, byteCount) = (0, 0, 0, 0, 0)
      return
    }
    (self.codec, self.type) = (codec, type)
    (self.valueCount, self.byteCount) = (valueCount, byteCount)
    // Some writers leave 0 where there is no dictionary.
    let dictionaryStart = metadata.dictionaryStart ?? 0
    start = dictionaryStart > 0 && dictionaryStart < dataStart ? dictionaryStart : dataStart
  }

  private struct Metadata {
    var (type, codec): (Int32?, Int32?)
    var (valueCount, byteCount, dataStart, dictionaryStart): (Int64?, Int64?, Int64?, Int64?)

    init(
      _ reader: inout ThriftCompactReader, _ field: ThriftCompactReader.Field
    ) throws(ParquetError) {
      var metadata = Metadata()
      try reader.structure(field) { reader, field throws(ParquetError) in
        switch field.id {
        case 1: metadata.type = try reader.int32(field)
        case 4: metadata.codec = try reader.int32(field)
        case 5: metadata.valueCount = try reader.int64(field)
        case 7: metadata.byteCount = try reader.int64(field)
        case 9: metadata.dataStart = try reader.int64(field)
        case 11: metadata.dictionaryStart = try reader.int64(field)
        default: try reader.skip(field)
        }
      }
      self = metadata
    }

    private init() {}
  }
}
