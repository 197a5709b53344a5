/// Puts the values of a column chunk together from its pages.
struct TextColumnReader {
  private var pages: PageReader
  private let rowCount: Int
  private var dictionary: [String]?
  private var values: [String?] = []

  private init(_ pages: PageReader, rowCount: Int) {
    self.pages = pages
    self.rowCount = rowCount
  }

  /// The values of `rowCount` rows.
  static func values(
    of pages: PageReader, rowCount: Int
  ) throws(ParquetError) -> [String?] {
    var reader = TextColumnReader(pages, rowCount: rowCount)
    reader.values.reserveCapacity(rowCount)
    while reader.values.count < rowCount { try reader.readPage() }
    return reader.values
  }

  private mutating func readPage() throws(ParquetError) {
    let (page, place) = try pages.next()
    switch page {
    case .dictionary(let valueCount, let encoding, let bytes):
      guard dictionary == nil, values.isEmpty else {
        throw place.malformed("a dictionary that is not the column's first page")
      }
      guard encoding == .plain || encoding == .plainDictionary else {
        throw unsupported("its dictionary", encoding, "PLAIN is", place)
      }
      guard valueCount <= ParquetLimits.rowGroupRows else {
        throw place.unsupported(
          "a dictionary of \(valueCount) values, where at most \(ParquetLimits.rowGroupRows)"
            + " are read", remedy: "write it with smaller row groups")
      }
      dictionary = try PlainText.read(bytes, count: valueCount, place: place)
    case .data(let page): try append(page, place)
    }
  }

  private mutating func append(
    _ page: PageReader.DataPage, _ place: FilePlace
  ) throws(ParquetError) {
    guard page.valueCount <= rowCount - values.count else {
      throw place.malformed(
        "\(page.valueCount) values, where \(rowCount - values.count) are left of \(rowCount) rows")
    }
    var levels: [UInt32]?
    var presentCount = page.valueCount
    if let bytes = page.levels {
      var decoder = HybridDecoder(bytes, bitWidth: 1, place: place)
      let decoded = try decoder.values(page.valueCount)
      guard decoded.allSatisfy({ $0 <= 1 }) else {
        throw place.malformed("a definition level over 1")
      }
      presentCount = decoded.reduce(0) { $0 + Int($1) }
      levels = decoded
    }
    if let nullCount = page.nullCount, nullCount != page.valueCount - presentCount {
      throw place.malformed(
        "\(page.valueCount - presentCount) nulls, where \(nullCount) are announced")
    }
    let present = try strings(page, count: presentCount, place)
    if let levels, presentCount < page.valueCount {
      var next = present.makeIterator()
      for level in levels { values.append(level == 0 ? nil : next.next()) }
    } else {
      for value in present { values.append(value) }
    }
  }

  /// The values of a page that are not null.
  private func strings(
    _ page: PageReader.DataPage, count: Int, _ place: FilePlace
  ) throws(ParquetError) -> [String] {
    switch page.encoding {
    case .plain: return try PlainText.read(page.values, count: count, place: place)
    case .plainDictionary, .runLengthDictionary:
      return try lookUp(page.values, count: count, place)
    default: throw unsupported("its values", page.encoding, "PLAIN and RLE_DICTIONARY are", place)
    }
  }

  /// Dictionary entries by their indices, after the number of bits of each.
  private func lookUp(
    _ bytes: ArraySlice<UInt8>, count: Int, _ place: FilePlace
  ) throws(ParquetError) -> [String] {
    // A page of nulls alone need not even say how wide its indices are.
    if count == 0 { return [] }
    guard let dictionary else { throw place.malformed("indices into a dictionary that is missing") }
    guard let bitWidth = bytes.first, bitWidth <= 32 else {
      throw place.malformed("indices of no or over 32 bits")
    }
    var decoder = HybridDecoder(bytes.dropFirst(), bitWidth: Int(bitWidth), place: place)
    var strings: [String] = []
    strings.reserveCapacity(count)
    for index in try decoder.values(count) {
      guard index < dictionary.count else {
        throw place.malformed("index \(index) into a dictionary of \(dictionary.count) values")
      }
      strings.append(dictionary[Int(index)])
    }
    return strings
  }

  private func unsupported(
    _ what: String, _ encoding: PageEncoding, _ expected: String, _ place: FilePlace
  ) -> ParquetError {
    place.unsupported(
      "the encoding of \(what) is \(encoding.name), where \(expected) read",
      remedy: "write it with pyarrow's default encoding")
  }
}
