import Foundation

/// Small PNG files made by computing, without a compressor.
enum GeneratedImage {
  /// A picture of one colour.
  static func png(
    width: Int = 40, height: Int = 30, color: (UInt8, UInt8, UInt8)
  ) -> [UInt8] {
    let pixel: [UInt8] = [color.0, color.1, color.2]
    let row: [UInt8] = [0] + Array(repeatElement(pixel, count: width).joined())
    let pixels: [UInt8] = Array(repeatElement(row, count: height).joined())
    return file(width: width, height: height, data: stored(pixels))
  }

  /// Grey waves whose directions and lengths are a number's: another number looks different.
  static func waves(_ number: Int, width: Int = 64, height: Int = 48, brighter: Int = 0) -> [UInt8]
  {
    var pixels: [UInt8] = []
    for row in 0..<height {
      pixels.append(0)
      for column in 0..<width {
        let (x, y) = (Double(column) / Double(width), Double(row) / Double(height))
        let value = (1...4).reduce(0.0) { sum, index in
          let turn = Double(number * 7 + index * 3)
          return sum + sin(turn + 6 * x * cos(turn * 1.3) * Double(index) + 5 * y * sin(turn * 2.1))
        }
        let grey = UInt8(clamping: Int(120 + 25 * value) + brighter)
        pixels += [grey, grey, grey]
      }
    }
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
