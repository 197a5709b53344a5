/// Tar archives made by hand, right or wrong in any way.
public struct TarBuilder {
  /// The archive so far.
  public private(set) var bytes: [UInt8] = []

  /// An archive of nothing.
  public init() {}

  /// Adds a member.
  ///
  /// - Parameters:
  ///   - type: The header's type flag: `0` file, `2` symbolic link, `L` GNU's long name, `x` pax.
  ///   - size: What the header says; the content's when nil.
  ///   - sizeField: The 12 bytes of the size themselves.
  ///   - checksum: Added to the right one.
  public mutating func add(
    _ name: String, _ content: [UInt8] = [], type: Character = "0", size: Int? = nil,
    sizeField: [UInt8]? = nil, checksum: Int = 0
  ) {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ field: some Sequence<UInt8>, at offset: Int) {
      for (index, byte) in field.enumerated() { header[offset + index] = byte }
    }
    put(name.utf8.prefix(100), at: 0)
    put("0000644\0".utf8, at: 100)
    let digits = String(size ?? content.count, radix: 8)
    put(
      sizeField ?? Array((String(repeating: "0", count: 11 - digits.count) + digits).utf8), at: 124)
    put(type.utf8, at: 156)
    put("ustar\u{0}00".utf8, at: 257)
    put("        ".utf8, at: 148)
    let sum = String(header.reduce(0) { $0 + Int($1) } + checksum, radix: 8)
    put((String(repeating: "0", count: 6 - sum.count) + sum + "\0 ").utf8, at: 148)
    bytes += header + content
    bytes += [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
  }

  /// The archive with the two empty blocks that end one.
  public var finished: [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }
}
