/// The name of a pair: the first 16 bytes of SHA-256(url TAB caption), over the bytes written in
/// the manifest, and the pair's number among its repeats within one manifest.
///
/// The key does not change with the column order, the line ending, the shard or the run. A
/// malformed line's key hashes the raw line instead.
public struct PairKey: Hashable, Sendable, CustomStringConvertible {
  /// Bytes 0–7 of the hash, read big-endian.
  public let high: UInt64
  /// Bytes 8–15 of the hash, read big-endian.
  public let low: UInt64
  /// 1 for the first line with this hash in its manifest, 2 for its first repeat, and so on.
  public let occurrence: Int

  /// A key of the first 16 bytes of `digest`.
  public init(digest: SHA256Digest, occurrence: Int = 1) {
    self.init(high: digest.word(0), low: digest.word(1), occurrence: occurrence)
  }

  /// A key of its parts; `occurrence` counts from 1.
  public init(high: UInt64, low: UInt64, occurrence: Int = 1) {
    self.high = high
    self.low = low
    self.occurrence = occurrence
  }

  /// The key of a pair's URL and caption, as the bytes stand in the manifest.
  public init(url: some Collection<UInt8>, caption: some Collection<UInt8>) {
    var hasher = SHA256Hasher()
    hasher.update(url)
    hasher.update(CollectionOfOne(0x09))
    hasher.update(caption)
    self.init(digest: hasher.finalize())
  }

  /// The key of a line that has no two columns.
  public init(malformedLine: some Collection<UInt8>) {
    self.init(digest: SHA256Digest(of: malformedLine))
  }

  /// The same key as its `occurrence`-th repeat (1 is the first).
  public func repeated(_ occurrence: Int) -> PairKey {
    PairKey(high: high, low: low, occurrence: occurrence)
  }

  /// 32 hexadecimal digits without the repeat number: what shards split on.
  public var shardKey: String { Hexadecimal.string(of: [high, low]) }

  /// 32 lower-case hexadecimal digits, with `#2`, `#3` … for repeats.
  public var description: String { occurrence == 1 ? shardKey : "\(shardKey)#\(occurrence)" }

  /// The shard, in `0..<count`, that holds the key and all its repeats. `count` must be positive.
  public func shard(of count: Int) -> Int { Int(high % UInt64(count)) }
}
