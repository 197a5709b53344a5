/// A SHA-256 value: 32 bytes.
public struct SHA256Digest: Hashable, Sendable, CustomStringConvertible {
  private let words: [UInt64]

  /// From four big-endian words; only the hasher makes them.
  init(words: [UInt64]) {
    self.words = words
  }

  /// A hash from its 32 bytes; nil for another number of bytes.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 32 else { return nil }
    var words: [UInt64] = [0, 0, 0, 0]
    for (index, byte) in bytes.enumerated() {
      words[index / 8] = words[index / 8] << 8 | UInt64(byte)
    }
    self.words = words
  }

  /// The hash of some bytes.
  public init(of bytes: some Collection<UInt8>) {
    var hasher = SHA256Hasher()
    hasher.update(bytes)
    self = hasher.finalize()
  }

  /// The hash of a file's content, read in blocks of 256 KiB.
  ///
  /// - Throws: `PairsError.cannotRead` when the file cannot be opened or read.
  public init(ofFileAt path: String) throws(PairsError) {
    let file = try ReadableFile(path: path)
    var hasher = SHA256Hasher()
    try hasher.update(from: file, range: 0..<Int64.max)
    self = hasher.finalize()
  }

  /// 64 lower-case hexadecimal digits.
  public var description: String { Hexadecimal.string(of: words) }

  /// The 32 bytes.
  public var bytes: [UInt8] {
    words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * $0)) } }
  }

  /// Bytes `8 × index ..< 8 × index + 8` as one big-endian word, `index` in `0..<4`.
  func word(_ index: Int) -> UInt64 { words[index] }
}
