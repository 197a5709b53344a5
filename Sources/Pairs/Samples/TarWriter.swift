/// Writes a tar archive (POSIX ustar) whose bytes follow from its members' names and contents alone:
/// no owner, no time, the mode of a file that all may read.
public final class TarWriter {
  /// The archive.
  public let file: HashedFile
  private static let block = 512

  /// Begins an archive; `file` must be empty.
  public init(_ file: HashedFile) {
    self.file = file
  }

  /// Adds a file.
  ///
  /// - Throws: `PairsError.invalidArgument` for a name of more than 100 bytes or a content of 8 GiB
  ///   and more, which the format cannot hold, `.cannotWrite`.
  public func add(_ name: String, _ content: [UInt8]) throws(PairsError) {
    try file.write(try Self.header(name, byteCount: content.count))
    try file.write(content)
    try file.write(
      [UInt8](repeating: 0, count: (Self.block - content.count % Self.block) % Self.block))
  }

  /// Ends the archive; nothing can be added any more.
  ///
  /// - Returns: the hash of the whole archive.
  /// - Throws: `PairsError.cannotWrite`.
  @discardableResult
  public func seal() throws(PairsError) -> SHA256Digest {
    try file.write([UInt8](repeating: 0, count: 2 * Self.block))
    return try file.seal()
  }

  private static func header(_ name: String, byteCount: Int) throws(PairsError) -> [UInt8] {
    guard (1...100).contains(name.utf8.count), !name.utf8.contains(0) else {
      throw .invalidArgument(
        name: "a tar member's name", value: "\"\(name)\"",
        allowed: "of 1 to 100 bytes, none of them 0")
    }
    guard byteCount < 1 << 33 else {
      throw .invalidArgument(
        name: "the size of \(name)", value: "\(byteCount) bytes", allowed: "less than 8 GiB")
    }
    var header = [UInt8](repeating: 0, count: block)
    func put(_ field: String, at offset: Int) {
      for (index, byte) in field.utf8.enumerated() { header[offset + index] = byte }
    }
    put(name, at: 0)
    put("0000644", at: 100)
    // Owner and group, both 0.
    put("0000000", at: 108)
    put("0000000", at: 116)
    put(octal(byteCount, digits: 11), at: 124)
    // The beginning of 1970.
    put("00000000000", at: 136)
    put("        ", at: 148)
    put("0", at: 156)
    put("ustar", at: 257)
    put("00", at: 263)
    // Device numbers, which files have none of.
    put("0000000", at: 329)
    put("0000000", at: 337)
    let sum = header.reduce(0) { $0 + Int($1) }
    put(octal(sum, digits: 6) + "\0 ", at: 148)
    return header
  }

  private static func octal(_ value: Int, digits: Int) -> String {
    let text = String(value, radix: 8)
    return String(repeating: "0", count: digits - text.count) + text
  }
}
