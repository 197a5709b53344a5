/// The files of a shard, one after the other.
protocol SampleMembers: AnyObject {
  /// The archive or folder.
  var path: String { get }
  /// The next file; nil after the last. A file that cannot be used is one too, with its reason.
  ///
  /// - Throws: `PairsError.cannotRead` when the disk fails.
  func next() throws(PairsError) -> SampleMember?
}

/// One file of a shard.
struct SampleMember {
  /// Its bytes, or why they are not to be had.
  enum Content {
    case file(ReadableFile, range: Range<Int64>)
    case refused(RowFailure)
  }

  /// Its name as it stands there: bytes that nobody checked.
  let name: [UInt8]
  /// Where it begins in the shard, for the progress.
  let offset: Int64
  /// Where the next one begins.
  let end: Int64
  let content: Content

  /// Its name for a person.
  var text: String { String(decoding: name, as: UTF8.self) }

  /// Why its name is refused: nothing is written by it, but who makes such a name means harm.
  var nameRefusal: RowFailure? {
    guard let name = String(validating: name, as: UTF8.self), !name.utf8.contains(0) else {
      return RowFailure(.invalidUTF8, "the member's name is not valid UTF-8")
    }
    if name.hasPrefix("/") { return RowFailure(.unsafePath, "\(name): an absolute path") }
    if name.split(separator: "/").contains("..") {
      return RowFailure(.unsafePath, "\(name): leads out of the archive")
    }
    return nil
  }

  /// The name up to the first dot of its last part, and what comes after it in lower case: the
  /// convention of webdataset.
  var keyAndExtension: (key: String, ending: String) {
    let name = text
    let base = name.lastIndex(of: "/").map { name.index(after: $0) } ?? name.startIndex
    guard let dot = name[base...].firstIndex(of: ".") else { return (name, "") }
    return (String(name[..<dot]), name[name.index(after: dot)...].lowercased())
  }
}

extension ReadableFile {
  /// The bytes of a range, fewer if the file ends before.
  func bytes(in range: Range<Int64>) throws(PairsError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Int(range.upperBound - range.lowerBound))
    var filled = 0
    while filled < bytes.count {
      let count = try read(into: &bytes, from: filled, at: range.lowerBound + Int64(filled))
      guard count > 0 else { return Array(bytes[..<filled]) }
      filled += count
    }
    return bytes
  }
}
