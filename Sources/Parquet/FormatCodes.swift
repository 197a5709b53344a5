/// How the values of a column are stored, `Type` of parquet.thrift.
enum PhysicalType: Int32 {
  case boolean, int32, int64, int96, float, double, byteArray, fixedLengthByteArray

  /// The format's own name.
  var name: String {
    switch self {
    case .boolean: "BOOLEAN"
    case .int32: "INT32"
    case .int64: "INT64"
    case .int96: "INT96"
    case .float: "FLOAT"
    case .double: "DOUBLE"
    case .byteArray: "BYTE_ARRAY"
    case .fixedLengthByteArray: "FIXED_LEN_BYTE_ARRAY"
    }
  }
}

/// How often a column has a value in a row, `FieldRepetitionType` of parquet.thrift.
enum Repetition: Int32 {
  case required, optional, repeated
}

/// How pages are compressed, `CompressionCodec` of parquet.thrift.
enum CompressionCodec: Int32 {
  case uncompressed, snappy, gzip, lzo, brotli, lz4, zstandard, lz4Raw

  /// The format's own name.
  var name: String {
    switch self {
    case .uncompressed: "UNCOMPRESSED"
    case .snappy: "SNAPPY"
    case .gzip: "GZIP"
    case .lzo: "LZO"
    case .brotli: "BROTLI"
    case .lz4: "LZ4"
    case .zstandard: "ZSTD"
    case .lz4Raw: "LZ4_RAW"
    }
  }
}

/// How the values or levels of a page are written, `Encoding` of parquet.thrift.
enum PageEncoding: Int32 {
  case plain = 0
  case plainDictionary = 2
  case runLength, bitPacked, deltaBinaryPacked, deltaLengthByteArray, deltaByteArray
  case runLengthDictionary, byteStreamSplit

  /// The format's own name.
  var name: String {
    switch self {
    case .plain: "PLAIN"
    case .plainDictionary: "PLAIN_DICTIONARY"
    case .runLength: "RLE"
    case .bitPacked: "BIT_PACKED"
    case .deltaBinaryPacked: "DELTA_BINARY_PACKED"
    case .deltaLengthByteArray: "DELTA_LENGTH_BYTE_ARRAY"
    case .deltaByteArray: "DELTA_BYTE_ARRAY"
    case .runLengthDictionary: "RLE_DICTIONARY"
    case .byteStreamSplit: "BYTE_STREAM_SPLIT"
    }
  }
}

/// What annotations say of a column, as numbered by `ConvertedType` and by the fields of the union
/// `LogicalType` in parquet.thrift.
enum Annotation {
  /// UTF8, ENUM and JSON among the converted types: bytes that are text.
  static let convertedText: Set<Int32> = [0, 4, 19]
  /// STRING, ENUM and JSON among the logical types.
  static let logicalText: Set<Int16> = [1, 4, 12]
  /// UNKNOWN among the logical types: a column that holds nulls alone.
  static let logicalNull: Int16 = 11
}
