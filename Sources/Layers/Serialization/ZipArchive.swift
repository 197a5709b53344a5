import Foundation

/// The entries of a zip file whose contents are stored as they are, without compression.
///
/// Nothing is unpacked and nothing is believed: every offset and size must lie in the file, entries
/// may neither overlap nor share a name, and what stands before an entry's bytes must agree with the
/// directory. Zip64 is read; compressed or encrypted entries, comments, several disks and anything
/// after the directory are refused.
struct ZipArchive {
  /// One file in the archive.
  struct Entry: Sendable {
    let name: String
    /// Where its bytes are.
    let range: Range<Int>
    /// CRC-32 of its bytes, as the directory says.
    let checksum: UInt32
  }

  /// The file's name in error messages.
  let name: String
  /// In the order of the directory.
  let entries: [Entry]
  private let data: Data

  /// Reads the directory.
  ///
  /// - Parameter data: must not be a slice.
  init(_ data: Data, name: String) throws(LayersError) {
    let directory = ZipDirectory(data, file: name)
    let entries = try directory.read()
    var names: Set<String> = []
    for entry in entries where !names.insert(entry.name).inserted {
      throw .malformed(file: name, detail: "the zip entry `\(entry.name)` is there twice")
    }
    self.name = name
    self.entries = entries
    self.data = data
  }

  /// The bytes of a small entry, its checksum checked.
  ///
  /// - Throws: `LayersError` if it has more than `limit` bytes or is damaged.
  func contents(of entry: Entry, limit: Int) throws(LayersError) -> Data {
    guard entry.range.count <= limit else {
      throw .malformed(
        file: name,
        detail: "`\(entry.name)` has \(entry.range.count) bytes; at most \(limit) are read")
    }
    try check(entry)
    return Data(data[entry.range])
  }

  /// Compares an entry's bytes with its checksum.
  func check(_ entry: Entry) throws(LayersError) {
    guard CRC32.checksum(of: data.bytes, in: entry.range) == entry.checksum else {
      throw .malformed(
        file: name,
        detail: "`\(entry.name)` does not have the checksum that the zip directory gives; "
          + "the file is damaged")
    }
  }
}
