/// The checksum of zip files: CRC-32 with the reflected polynomial 0xEDB88320, eight bytes at a time.
enum CRC32 {
  /// `tables[256 * k + b]`: what byte `b` contributes when `k` more bytes follow it.
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var value = UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
      tables[byte] = value
    }
    for index in 256..<tables.count {
      let shorter = tables[index - 256]
      tables[index] = shorter >> 8 ^ tables[Int(shorter & 0xFF)]
    }
    return tables
  }()

  /// The checksum of the bytes in `range`, which must lie within `bytes`.
  static func checksum(of bytes: RawSpan, in range: Range<Int>) -> UInt32 {
    let tables = tables
    func entry(_ table: Int, _ byte: UInt32) -> UInt32 { tables[256 * table + Int(byte & 0xFF)] }
    var sum = UInt32.max
    var position = range.lowerBound
    while range.upperBound - position >= 8 {
      let low =
        sum
        ^ UInt32(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt32.self))
      let high = UInt32(
        littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: position + 4, as: UInt32.self))
      sum =
        entry(7, low) ^ entry(6, low >> 8) ^ entry(5, low >> 16) ^ entry(4, low >> 24)
        ^ entry(3, high) ^ entry(2, high >> 8) ^ entry(1, high >> 16) ^ entry(0, high >> 24)
      position += 8
    }
    while position < range.upperBound {
      let byte = bytes.unsafeLoad(fromByteOffset: position, as: UInt8.self)
      sum = sum >> 8 ^ entry(0, sum ^ UInt32(byte))
      position += 1
    }
    return ~sum
  }
}
