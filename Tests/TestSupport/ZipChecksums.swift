/// Makes the checksums of a changed zip file right again, so that a test reaches what is behind
/// them.
public enum ZipChecksums {
  /// A file that is no zip.
  public struct NoZip: Error {}

  /// The same file with a right CRC-32 for each entry in its directory.
  public static func repaired(_ bytes: [UInt8]) throws -> [UInt8] {
    var bytes = bytes
    func number(_ place: Int, _ width: Int) -> Int {
      bytes[place..<(place + width)].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    let end = bytes.count - 22
    guard end >= 0, number(end, 4) == 0x0605_4B50 else { throw NoZip() }
    var entry = number(end + 16, 4)
    for _ in 0..<number(end + 10, 2) {
      guard number(entry, 4) == 0x0201_4B50 else { throw NoZip() }
      let header = number(entry + 42, 4)
      let start = header + 30 + number(header + 26, 2) + number(header + 28, 2)
      let sum = checksum(bytes[start..<(start + number(entry + 24, 4))])
      for index in 0..<4 {
        bytes[entry + 16 + index] = UInt8(truncatingIfNeeded: sum >> (8 * UInt32(index)))
      }
      entry += 46 + number(entry + 28, 2) + number(entry + 30, 2) + number(entry + 32, 2)
    }
    return bytes
  }

  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var sum = UInt32.max
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }
    return ~sum
  }
}
