/// Files in gzip's format (RFC 1951 and 1952), made by hand: tests need them, the program does not.
public enum Gzip {
  private static let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]

  /// Some bytes, not compressed.
  public static func stored(_ bytes: [UInt8]) -> [UInt8] {
    var blocks: [UInt8] = []
    var rest = bytes[...]
    repeat {
      let block = rest.prefix(65535)
      rest = rest.dropFirst(65535)
      let length = UInt16(block.count)
      blocks.append(rest.isEmpty ? 1 : 0)
      for word in [length, ~length] { blocks += [UInt8(word & 0xFF), UInt8(word >> 8)] }
      blocks += block
    } while !rest.isEmpty
    return header + blocks + trailer(checksum(of: bytes), count: bytes.count)
  }

  /// Many zeros, at 13 bits for each 258 of them.
  ///
  /// The checksum is not the right one: who reads so far has been hit already.
  public static func zeros(count: Int) -> [UInt8] {
    var bits = BitWriter()
    bits.write(0b1, count: 1)  // the last block
    bits.write(0b01, count: 2)  // fixed codes
    bits.writeCode(0b0011_0000, count: 8)  // literal 0
    for _ in 0..<(count - 1) / 258 {
      bits.writeCode(0b1100_0101, count: 8)  // length 258
      bits.writeCode(0, count: 5)  // distance 1
    }
    bits.writeCode(0, count: 7)  // end of block
    return header + bits.finished() + trailer(0, count: count)
  }

  private static func trailer(_ checksum: UInt32, count: Int) -> [UInt8] {
    [checksum, UInt32(truncatingIfNeeded: count)].flatMap { word in
      (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(8 * $0)) }
    }
  }

  private static func checksum(of bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { word, _ in
        word >> 1 ^ (word & 1 == 1 ? 0xEDB8_8320 : 0)
      }
    }
  }
}

private struct BitWriter {
  private var bytes: [UInt8] = []
  private var pending: UInt32 = 0
  private var count = 0

  /// Numbers begin with their lowest bit.
  mutating func write(_ value: UInt32, count added: Int) {
    pending |= value << UInt32(count)
    count += added
    while count >= 8 {
      bytes.append(UInt8(pending & 0xFF))
      pending >>= 8
      count -= 8
    }
  }

  /// Codes begin with their highest bit.
  mutating func writeCode(_ code: UInt32, count: Int) {
    for bit in (0..<count).reversed() { write(code >> UInt32(bit) & 1, count: 1) }
  }

  mutating func finished() -> [UInt8] {
    if count > 0 { write(0, count: 8 - count) }
    return bytes
  }
}
