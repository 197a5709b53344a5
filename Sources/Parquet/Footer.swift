/// The end of a Parquet file: the metadata, its length in four bytes, and `PAR1`.
enum Footer {
  private static let magic = Array("PAR1".utf8)
  private static let encryptedMagic = Array("PARE".utf8)

  /// Reads the metadata.
  ///
  /// - Returns: the metadata, and the range of the file in which pages lie.
  static func read(
    _ file: RandomAccessFile
  ) throws(ParquetError) -> (metadata: ParquetMetadata, pages: Range<Int>) {
    let size = file.byteCount
    guard size >= 12 else { throw notParquet(file, "it has only \(size) bytes") }
    let start = try file.bytes(in: 0..<4)
    let end = try file.bytes(in: (size - 8)..<size)
    guard !end.suffix(4).elementsEqual(encryptedMagic) else {
      throw .unsupported(
        file: file.path, detail: "the file is encrypted", remedy: "write it without encryption")
    }
    guard start == magic else { throw notParquet(file, "it does not begin with PAR1") }
    guard end.suffix(4).elementsEqual(magic) else {
      throw notParquet(file, "it does not end with PAR1")
    }
    guard let length = end[...].firstUInt32.map(Int.init) else {
      throw notParquet(file, "it has no footer")
    }
    guard length <= ParquetLimits.footerBytes else {
      throw .unsupported(
        file: file.path,
        detail: "a footer of \(length) bytes, where at most \(ParquetLimits.footerBytes) are read",
        remedy: "write a file of fewer or larger row groups")
    }
    guard length <= size - 12 else {
      throw notParquet(file, "its footer of \(length) bytes is longer than the file")
    }
    let footer = (size - 8 - length)..<(size - 8)
    let metadata = try ParquetMetadata(file.bytes(in: footer), file: file.path)
    return (metadata, 4..<footer.lowerBound)
  }

  private static func notParquet(_ file: RandomAccessFile, _ reason: String) -> ParquetError {
    .notParquet(file: file.path, reason: reason)
  }
}
