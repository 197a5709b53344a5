/// Files that lie, made from bytes.
enum HostileFile {
  static func bigEndian(_ value: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
  }

  static func littleEndian(_ value: Int, bytes: Int = 4) -> [UInt8] {
    (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  // MARK: PNG

  static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + data
    return bigEndian(data.count) + body + bigEndian(Int(crc32(body)))
  }

  /// The fixture of 11 × 9 pixels, with other sizes in its header.
  static func png(width: Int, height: Int) throws -> [UInt8] {
    let bytes = try Fixture.bytes("png-rgb-8.png")
    let header = chunk("IHDR", bigEndian(width) + bigEndian(height) + bytes[24..<29])
    return bytes[..<8] + header + bytes[33...]
  }

  /// The fixture, with chunks put in before its pixels.
  static func png(with chunks: [UInt8]) throws -> [UInt8] {
    let bytes = try Fixture.bytes("png-rgb-8.png")
    return bytes[..<33] + chunks + bytes[33...]
  }

  /// A zlib stream that expands to about 158 times its size, and has no end.
  ///
  /// One literal, then the longest repeat (258 bytes, 13 bits) again and again: eight of them fill
  /// 13 bytes, so the bytes repeat.
  static func bomb(expandingTo size: Int) -> [UInt8] {
    let start = "110" + "00110000"
    let repeats = String(repeating: "11000101" + "00000", count: 16)
    let bits = (start + repeats).map { $0 == "1" ? UInt8(1) : 0 }
    var bytes = [UInt8](repeating: 0, count: 15)
    for place in 0..<15 * 8 { bytes[place / 8] |= bits[place] << UInt8(place % 8) }
    var stream: [UInt8] = [0x78, 0x01] + bytes[..<2]
    let periods = size / (258 * 8)
    stream.reserveCapacity(periods * 13 + 4)
    for _ in 0..<periods { stream += bytes[2...] }
    return stream
  }

  private static func crc32(_ bytes: [UInt8]) -> UInt32 {
    var table: [UInt32] = []
    for start in 0..<UInt32(256) {
      var state = start
      for _ in 0..<8 { state = state & 1 == 1 ? state >> 1 ^ 0xEDB8_8320 : state >> 1 }
      table.append(state)
    }
    var state = UInt32.max
    for byte in bytes { state = state >> 8 ^ table[Int(UInt8(truncatingIfNeeded: state) ^ byte)] }
    return ~state
  }

  // MARK: WebP

  static func riffChunk(_ type: String, _ data: [UInt8], claiming size: Int? = nil) -> [UInt8] {
    Array(type.utf8) + littleEndian(size ?? data.count) + data
      + (data.count.isMultiple(of: 2) ? [] : [0])
  }

  static func webp(_ chunks: [UInt8], claiming size: Int? = nil) -> [UInt8] {
    Array("RIFF".utf8) + littleEndian(size ?? chunks.count + 4) + Array("WEBP".utf8) + chunks
  }

  /// The header of an animation (flag 2) or of a still picture (flag 0).
  static func canvas(_ width: Int, _ height: Int, flags: Int = 2) -> [UInt8] {
    riffChunk(
      "VP8X",
      littleEndian(flags) + littleEndian(width - 1, bytes: 3)
        + littleEndian(height - 1, bytes: 3))
  }

  /// A frame that claims a place and a size, with the pixels of a fixture (24 × 16).
  static func frame(left: Int = 0, top: Int = 0, width: Int = 24, height: Int = 16) throws
    -> [UInt8]
  {
    let header = [left / 2, top / 2, width - 1, height - 1, 100].flatMap {
      littleEndian($0, bytes: 3)
    }
    return riffChunk("ANMF", header + [0] + (try Fixture.bytes("webp-lossless.webp")[12...]))
  }

  // MARK: GIF

  /// 13 × 11 pixels of sixteen greys, up to where the first block begins.
  static let gifStart: [UInt8] =
    Array("GIF89a".utf8) + [13, 0, 11, 0, 0x83, 0, 0]
    + (0..<16).flatMap { [UInt8](repeating: UInt8($0 * 17), count: 3) }

  /// A frame that fills the screen; `data` begins with the size of its codes.
  static func gifFrame(_ data: [UInt8]) -> [UInt8] { [0x2C, 0, 0, 0, 0, 13, 0, 11, 0, 0] + data }
}
