import Glibc

/// Byte searches over libc: a manifest is read at the speed of `memchr`, not of a Swift loop.
enum ByteSearch {
  /// The index of the first `byte` in `bytes[range]`.
  static func firstIndex(of byte: UInt8, in bytes: [UInt8], range: Range<Int>) -> Int? {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count)
    return bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress, !range.isEmpty,
        let found = memchr(base + range.lowerBound, Int32(byte), range.count)
      else { return nil }
      return UnsafeRawPointer(found) - base
    }
  }

  /// How often `byte` occurs in `bytes[range]`.
  static func count(of byte: UInt8, in bytes: [UInt8], range: Range<Int>) -> Int {
    var count = 0
    var start = range.lowerBound
    while let index = firstIndex(of: byte, in: bytes, range: start..<range.upperBound) {
      count += 1
      start = index + 1
    }
    return count
  }
}
