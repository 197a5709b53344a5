/// Lower-case hexadecimal digits of hashes, without Foundation's formatting cost per key.
enum Hexadecimal {
  private static let digits = Array("0123456789abcdef".utf8)

  /// 16 digits for each word, most significant first.
  static func string(of words: [UInt64]) -> String {
    let count = words.count * 16
    return String(unsafeUninitializedCapacity: count) { buffer in
      for index in 0..<count {
        let shift = UInt64(60 - 4 * (index % 16))
        buffer[index] = digits[Int((words[index / 16] >> shift) & 15)]
      }
      return count
    }
  }

  /// The word that 16 lower-case digits write; nil for anything else.
  static func word(of bytes: ArraySlice<UInt8>) -> UInt64? {
    guard bytes.count == 16 else { return nil }
    var word: UInt64 = 0
    for byte in bytes {
      guard let value = value(of: byte) else { return nil }
      word = word << 4 | UInt64(value)
    }
    return word
  }

  private static func value(of byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
