/// A Parquet file of which columns of text are read, such as img2dataset writes beside its images.
///
/// What pyarrow writes by default is read: columns at the top level of the schema that are stored as
/// byte arrays, in data pages of both versions, plain or with a dictionary, uncompressed or
/// compressed with Snappy. Everything else is refused by name.
///
/// The file is trusted in nothing. Opening reads its footer, asking for a column reads the pages of
/// that column in one row group, and no bytes can make this do more than throw: every length,
/// offset and count is checked before it is used. A footer has at most 64 MiB, a page 256 MiB, a row
/// group 2²⁴ rows. Checksums of pages, which pyarrow writes only when asked, are not compared.
public struct ParquetFile: Sendable {
  /// The path as given, as error messages have it.
  public var path: String { file.path }

  private let file: RandomAccessFile
  private let metadata: ParquetMetadata
  private let pages: Range<Int>

  /// Opens a file and reads its footer. The file is open as long as the value lives.
  ///
  /// - Throws: `ParquetError` when it cannot be read or is no whole Parquet file.
  public init(contentsOf path: String) throws(ParquetError) {
    file = try RandomAccessFile(path: path)
    (metadata, pages) = try Footer.read(file)
  }

  /// Rows of the whole file.
  public var rowCount: Int { metadata.rowCount }

  /// Parts that the rows lie in, one after the other; an empty file may have none.
  public var rowGroupCount: Int { metadata.rowGroups.count }

  /// Names of the columns at the top level, in the file's order, whether they hold text or not.
  public var columnNames: [String] { metadata.columns.map(\.name) }

  /// The values of a column in one row group, nil for nulls.
  ///
  /// - Parameters:
  ///   - name: one of `columnNames`, compared by its UTF-8 bytes.
  ///   - rowGroup: counted from 0.
  /// - Precondition: `rowGroup` is less than `rowGroupCount`.
  /// - Throws: `ParquetError` when there is no such column, it does not hold text, or its pages are
  ///   damaged or written in a way that is not read.
  public func strings(
    ofColumn name: String, rowGroup: Int
  ) throws(ParquetError) -> [String?] {
    precondition(
      metadata.rowGroups.indices.contains(rowGroup),
      "row group \(rowGroup) of \(path) with \(rowGroupCount)")
    let group = metadata.rowGroups[rowGroup]
    switch try column(named: name).content {
    case .nulls: return Array(repeating: nil, count: group.rowCount)
    case .other(let found):
      throw .notText(
        file: path, name: name, found: found,
        textColumns: metadata.columns.filter(\.isReadable).map(\.name))
    // Where there are no rows, writers leave out pages or their places.
    case .text where group.rowCount == 0: return []
    case .text(let chunk, let isOptional):
      let place = FilePlace(
        file: path, part: "column \(Quoted.name(name)), row group \(rowGroup)")
      let reader = try pageReader(
        group.chunks[chunk], rowCount: group.rowCount, isOptional: isOptional, place)
      return try TextColumnReader.values(of: reader, rowCount: group.rowCount)
    }
  }

  private func column(named name: String) throws(ParquetError) -> ParquetColumn {
    // Swift's String equality is canonical equivalence: two different columns may be equal to it.
    let found = metadata.columns.filter { $0.name.utf8.elementsEqual(name.utf8) }
    guard let column = found.first else {
      throw .missingColumn(file: path, name: name, columns: columnNames)
    }
    guard found.count == 1 else {
      throw .unsupported(
        file: path, detail: "\(found.count) columns are called \(Quoted.name(name))",
        remedy: "rename all but one of them")
    }
    return column
  }

  private func pageReader(
    _ chunk: ColumnChunk, rowCount: Int, isOptional: Bool, _ place: FilePlace
  ) throws(ParquetError) -> PageReader {
    switch chunk.obstacle {
    case .otherFile:
      throw place.unsupported("its pages are in another file", remedy: "write it as one file")
    case .encryption:
      throw place.unsupported("it is encrypted", remedy: "write it without encryption")
    case nil: break
    }
    guard chunk.type == PhysicalType.byteArray.rawValue, chunk.valueCount == rowCount else {
      throw place.malformed(
        "\(chunk.valueCount) values of type \(chunk.type), where the schema has \(rowCount) of"
          + " type \(PhysicalType.byteArray.rawValue)")
    }
    let codec = CompressionCodec(rawValue: chunk.codec)
    guard let codec, codec == .uncompressed || codec == .snappy else {
      throw place.unsupported(
        "its pages are compressed with \(codec?.name ?? "method \(chunk.codec)"), where SNAPPY and"
          + " UNCOMPRESSED are read",
        remedy: "write it with compression=\"snappy\" of pyarrow.parquet.write_table")
    }
    guard chunk.start >= pages.lowerBound, chunk.start <= pages.upperBound,
      chunk.byteCount >= 0, chunk.byteCount <= Int64(pages.upperBound) - chunk.start
    else {
      throw place.malformed(
        "\(chunk.byteCount) bytes from byte \(chunk.start) on, outside the file's pages")
    }
    let start = Int(chunk.start)
    return PageReader(
      file, range: start..<(start + Int(chunk.byteCount)), codec: codec, isOptional: isOptional,
      part: place.part)
  }
}
