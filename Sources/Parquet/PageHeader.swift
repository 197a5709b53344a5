/// What comes before each page, `PageHeader` of parquet.thrift.
struct PageHeader {
  /// Bytes of the page in the file, at most `ParquetLimits.pageBytes`.
  let compressedByteCount: Int
  /// Bytes of the page when decompressed, at most `ParquetLimits.pageBytes`.
  let byteCount: Int
  let kind: Kind

  enum Kind {
    /// Values and their levels, all compressed together.
    case data(valueCount: Int, encoding: PageEncoding, levelEncoding: PageEncoding)
    /// Values, compressed or not, after `levelByteCount` bytes of levels, which never are.
    case dataV2(
      valueCount: Int, nullCount: Int, encoding: PageEncoding, levelByteCount: Int,
      isCompressed: Bool)
    case dictionary(valueCount: Int, encoding: PageEncoding)
  }

  init(_ reader: inout ThriftCompactReader, place: FilePlace) throws(ParquetError) {
    var numbers = Numbers(place: place)
    var (data, dictionary, dataV2) = (numbers, numbers, numbers)
    try reader.readFields { reader, field throws(ParquetError) in
      switch field.id {
      case 5: try data.readStructure(&reader, field)
      case 7: try dictionary.readStructure(&reader, field)
      case 8: try dataV2.readStructure(&reader, field)
      default: try numbers.read(&reader, field)
      }
    }
    byteCount = try numbers.count(2, "bytes")
    compressedByteCount = try numbers.count(3, "compressed bytes")
    guard max(byteCount, compressedByteCount) <= ParquetLimits.pageBytes else {
      throw place.unsupported(
        "a page of \(max(byteCount, compressedByteCount)) bytes, where at most"
          + " \(ParquetLimits.pageBytes) are read", remedy: "write it with smaller pages")
    }
    switch try numbers.number(1, "type") {
    case 0:
      kind = .data(
        valueCount: try data.count(1, "values"), encoding: try data.encoding(2),
        levelEncoding: try data.encoding(3))
    case 2:
      kind = .dictionary(
        valueCount: try dictionary.count(1, "values"), encoding: try dictionary.encoding(2))
    case 3: kind = try Self.dataV2(dataV2, byteCount: min(byteCount, compressedByteCount), place)
    case let type:
      throw place.unsupported(
        "a page of type \(type); dictionary pages and data pages are read",
        remedy: "write it with pyarrow")
    }
  }

  private static func dataV2(
    _ numbers: Numbers, byteCount: Int, _ place: FilePlace
  ) throws(ParquetError) -> Kind {
    let valueCount = try numbers.count(1, "values")
    let nullCount = try numbers.count(2, "nulls")
    let rowCount = try numbers.count(3, "rows")
    let levelByteCount = try numbers.count(5, "bytes of definition levels")
    let repetitionByteCount = try numbers.count(6, "bytes of repetition levels")
    guard rowCount == valueCount, nullCount <= valueCount, repetitionByteCount == 0 else {
      throw place.malformed(
        "\(valueCount) values with \(nullCount) nulls in \(rowCount) rows, and"
          + " \(repetitionByteCount) bytes of repetition levels, in a column without lists")
    }
    guard levelByteCount <= byteCount else {
      throw place.malformed("\(levelByteCount) bytes of levels in a page of \(byteCount)")
    }
    return .dataV2(
      valueCount: valueCount, nullCount: nullCount, encoding: try numbers.encoding(4),
      levelByteCount: levelByteCount, isCompressed: numbers.boolean(7) ?? true)
  }
}

/// The numbers of a structure by their fields.
private struct Numbers {
  private var values: [Int16: Int32] = [:]
  let place: FilePlace

  init(place: FilePlace) {
    self.place = place
  }

  /// Reads one field, a number or something to pass over.
  mutating func read(
    _ reader: inout ThriftCompactReader, _ field: ThriftCompactReader.Field
  ) throws(ParquetError) {
    switch field.type {
    case .int32: values[field.id] = try reader.int32(field)
    case .yes: values[field.id] = 1
    case .no: values[field.id] = 0
    default: try reader.skip(field)
    }
  }

  /// Reads the fields of a structure.
  mutating func readStructure(
    _ reader: inout ThriftCompactReader, _ field: ThriftCompactReader.Field
  ) throws(ParquetError) {
    var copy = self
    try reader.structure(field) { reader, field throws(ParquetError) in
      try copy.read(&reader, field)
    }
    self = copy
  }

  func number(_ id: Int16, _ name: String) throws(ParquetError) -> Int32 {
    guard let value = values[id] else { throw place.malformed("a page header without \(name)") }
    return value
  }

  func count(_ id: Int16, _ things: String) throws(ParquetError) -> Int {
    let value = Int(try number(id, "its number of \(things)"))
    guard value >= 0 else { throw place.malformed("\(value) \(things)") }
    return value
  }

  func encoding(_ id: Int16) throws(ParquetError) -> PageEncoding {
    let code = try number(id, "encoding")
    guard let encoding = PageEncoding(rawValue: code) else {
      throw place.malformed("encoding \(code), which the format lacks")
    }
    return encoding
  }

  func boolean(_ id: Int16) -> Bool? {
    values[id].map { $0 != 0 }
  }
}
