import Foundation

/// Small PNG files made by computing, without a compressor.
enum GeneratedImage {
  /// A picture of one colour.
  static func png(
    width: Int = 40, height: Int = 30, color: (UInt8, UInt8, UInt8)
  ) -> [UInt8] {
    let row = [0] + (0..<width).flatMap { _ in [color.0, color.1, color.2] }
    let pixels = (0..<height).flatMap { _ in row }
    return file(width: width, height: height, data: stored(pixels))
  }

  /// A header that announces more pixels than anyone decodes.
  static func oversized() -> [UInt8] {
    file(width: 20_000, height: 20_000, data: stored([0, 0, 0, 0]))
  }

  private static func file(width: Int, height: Int, data: [UInt8]) -> [UInt8] {
    let header = word(width) + word(height) + [8, 2, 0, 0, 0]
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header)
      + chunk("IDAT", data) + chunk("IEND", [])
  }

  /// A zlib stream of stored blocks.
  private static func stored(_ bytes: [UInt8]) -> [UInt8] {
    var stream: [UInt8] = [0x78, 0x01]
    for start in stride(from: 0, to: bytes.count, by: 65_535) {
      let part = bytes[start..<min(start + 65_535, bytes.count)]
      let length = UInt16(part.count)
      stream.append(start + part.count == bytes.count ? 1 : 0)
      for value in [length, ~length] { stream += [UInt8(value & 255), UInt8(value >> 8)] }
      stream += part
    }
    var (a, b) = (1, 0)
    for byte in bytes {
      a = (a + Int(byte)) % 65_521
      b = (b + a) % 65_521
    }
    return stream + word(b << 16 | a)
  }

  private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + data
    var crc: UInt32 = .max
    for byte in body {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return word(data.count) + body + word(Int(~crc))
  }

  private static func word(_ value: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
  }
}
