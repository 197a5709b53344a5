/// Numbers the repeats of a key within one manifest: the first stays, then `#2`, `#3` …
///
/// An open-addressing table of 16-byte hashes at a load of at most three quarters: 21 to 43 bytes
/// a distinct key, so 64 MiB for a million lines. `number(_:)` takes amortised constant time.
struct KeyNumbering {
  private struct Hash: Hashable {
    var high: UInt64
    var low: UInt64
  }

  /// An empty slot is all zero; the key of that hash, should it ever come, is counted apart.
  private var slots = [Hash](repeating: Hash(high: 0, low: 0), count: 1 << 10)
  private var distinctCount = 0
  private var zeroCount = 0
  /// Occurrences of the keys seen more than once: few in a harvested manifest.
  private var repeats: [Hash: Int] = [:]

  /// The same key with its number among those given before.
  mutating func number(_ key: PairKey) -> PairKey {
    let hash = Hash(high: key.high, low: key.low)
    if hash == Hash(high: 0, low: 0) {
      zeroCount += 1
      return key.repeated(zeroCount)
    }
    let slot = slot(of: hash)
    if slots[slot] == hash {
      let occurrence = repeats[hash, default: 1] + 1
      repeats[hash] = occurrence
      return key.repeated(occurrence)
    }
    slots[slot] = hash
    distinctCount += 1
    if distinctCount * 4 > slots.count * 3 { grow() }
    return key.repeated(1)
  }

  /// Where `hash` is, or the empty slot where it belongs. SHA-256 needs no further mixing.
  private func slot(of hash: Hash) -> Int {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash.low) & mask
    while slots[slot] != hash, slots[slot] != Hash(high: 0, low: 0) {
      slot = (slot + 1) & mask
    }
    return slot
  }

  private mutating func grow() {
    let old = slots
    slots = [Hash](repeating: Hash(high: 0, low: 0), count: old.count * 2)
    for hash in old where hash != Hash(high: 0, low: 0) {
      slots[slot(of: hash)] = hash
    }
  }
}
