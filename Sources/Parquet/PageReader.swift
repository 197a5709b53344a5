/// Reads the pages of a column chunk one after the other and decompresses them.
struct PageReader {
  private let file: RandomAccessFile
  private let end: Int
  private let isOptional: Bool
  private let codec: CompressionCodec
  private let part: String
  private var position: Int

  /// A page of dictionary entries or of values.
  enum Page {
    case dictionary(valueCount: Int, encoding: PageEncoding, bytes: ArraySlice<UInt8>)
    case data(DataPage)
  }

  /// Values of some rows.
  struct DataPage {
    /// Rows, nulls included.
    let valueCount: Int
    /// As the header says; nil where it does not.
    let nullCount: Int?
    let encoding: PageEncoding
    /// Definition levels, nil in a column without nulls.
    let levels: ArraySlice<UInt8>?
    /// The values that are not null.
    let values: ArraySlice<UInt8>
  }

  /// - Parameters:
  ///   - range: where the pages lie, within the file.
  ///   - codec: `.uncompressed` or `.snappy`.
  ///   - part: the column and row group, for messages.
  init(
    _ file: RandomAccessFile, range: Range<Int>, codec: CompressionCodec, isOptional: Bool,
    part: String
  ) {
    self.file = file
    position = range.lowerBound
    end = range.upperBound
    self.codec = codec
    self.isOptional = isOptional
    self.part = part
  }

  /// The next page.
  ///
  /// - Throws: `ParquetError`, also when there is none.
  mutating func next() throws(ParquetError) -> (page: Page, place: FilePlace) {
    let place = FilePlace(file: file.path, part: "\(part), page at byte \(position)")
    let (header, headerByteCount) = try readHeader(place)
    let start = position + headerByteCount
    guard header.compressedByteCount <= end - start else {
      throw place.truncated(
        "\(header.compressedByteCount) bytes announced, \(end - start) are left of the column")
    }
    position = start + header.compressedByteCount
    return (try page(header, try file.bytes(in: start..<position), place), place)
  }

  /// Reads more and more until the header is whole: nothing says how long it is.
  private func readHeader(
    _ place: FilePlace
  ) throws(ParquetError) -> (header: PageHeader, byteCount: Int) {
    var length = 512
    while true {
      let window = position..<(position + min(length, end - position))
      var reader = ThriftCompactReader(try file.bytes(in: window), place: place)
      do {
        return (try PageHeader(&reader, place: place), reader.position)
      } catch {
        guard case .truncated = error, window.upperBound < end,
          length < ParquetLimits.pageHeaderBytes
        else { throw error }
        length = min(8 * length, ParquetLimits.pageHeaderBytes)
      }
    }
  }

  private func page(
    _ header: PageHeader, _ bytes: [UInt8], _ place: FilePlace
  ) throws(ParquetError) -> Page {
    switch header.kind {
    case .dictionary(let valueCount, let encoding):
      return .dictionary(
        valueCount: valueCount, encoding: encoding,
        bytes: try decompress(bytes[...], byteCount: header.byteCount, place))
    case .data(let valueCount, let encoding, let levelEncoding):
      let bytes = try decompress(bytes[...], byteCount: header.byteCount, place)
      let (levels, values) = try split(bytes, levelEncoding, place)
      return .data(
        DataPage(
          valueCount: valueCount, nullCount: nil, encoding: encoding, levels: levels,
          values: values))
    case .dataV2(let valueCount, let nullCount, let encoding, let levelByteCount, let isCompressed):
      guard isOptional || levelByteCount == 0 else {
        throw place.malformed("definition levels in a column without nulls")
      }
      let (levels, rest) = (bytes.prefix(levelByteCount), bytes.dropFirst(levelByteCount))
      let byteCount = header.byteCount - levelByteCount
      let values =
        isCompressed
        ? try decompress(rest, byteCount: byteCount, place)
        : try checked(rest, byteCount: byteCount, place)
      return .data(
        DataPage(
          valueCount: valueCount, nullCount: nullCount, encoding: encoding,
          levels: isOptional ? levels : nil, values: values))
    }
  }

  /// The definition levels, whose length comes first, and the values after them.
  private func split(
    _ bytes: ArraySlice<UInt8>, _ levelEncoding: PageEncoding, _ place: FilePlace
  ) throws(ParquetError) -> (levels: ArraySlice<UInt8>?, values: ArraySlice<UInt8>) {
    guard isOptional else { return (nil, bytes) }
    guard levelEncoding == .runLength else {
      throw place.unsupported(
        "definition levels are encoded as \(levelEncoding.name), where RLE is read",
        remedy: "write it with pyarrow")
    }
    let rest = bytes.dropFirst(4)
    guard let length = bytes.firstUInt32, length <= rest.count else {
      throw place.truncated("definition levels that are longer than the page")
    }
    return (rest.prefix(Int(length)), rest.dropFirst(Int(length)))
  }

  private func decompress(
    _ bytes: ArraySlice<UInt8>, byteCount: Int, _ place: FilePlace
  ) throws(ParquetError) -> ArraySlice<UInt8> {
    // Where all values are null, some writers leave out what Snappy makes of no bytes.
    guard codec == .snappy, !(bytes.isEmpty && byteCount == 0) else {
      return try checked(bytes, byteCount: byteCount, place)
    }
    return try Snappy.decompress(bytes, byteCount: byteCount, place: place)[...]
  }

  private func checked(
    _ bytes: ArraySlice<UInt8>, byteCount: Int, _ place: FilePlace
  ) throws(ParquetError) -> ArraySlice<UInt8> {
    guard bytes.count == byteCount else {
      throw place.malformed(
        "\(bytes.count) bytes, not compressed, where \(byteCount) are announced")
    }
    return bytes
  }
}
