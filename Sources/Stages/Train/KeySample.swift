import Pairs

/// The pairs whose keys come first in an order that has nothing to do with what they show, nor with
/// their shard: that of the second half of their keys.
///
/// A key is a hash already, and its first half says which shard holds it. Repeats of a pair stand
/// together. Memory is that of twice the sample.
struct KeySample {
  /// A pair's place in the order.
  struct Rank: Comparable {
    let low: UInt64
    let high: UInt64
    let occurrence: Int
    let pairID: Int64

    init(_ key: PairKey, pairID: Int64) {
      (low, high, occurrence) = (key.low, key.high, key.occurrence)
      self.pairID = pairID
    }

    static func < (left: Rank, right: Rank) -> Bool {
      (left.low, left.high, left.occurrence, left.pairID)
        < (right.low, right.high, right.occurrence, right.pairID)
    }
  }

  /// How many pairs are wanted.
  let count: Int
  /// How many were offered.
  private(set) var offered = 0
  private var first: [Rank] = []
  /// None behind it is among the first; nil until so many are known.
  private var bound: Rank?

  /// A sample of so many pairs, at least one.
  init(count: Int) {
    self.count = count
  }

  /// Offers a pair.
  mutating func add(_ rank: Rank) {
    offered += 1
    if let bound, bound < rank { return }
    first.append(rank)
    if first.count >= 2 * count + 1024 { cut() }
  }

  /// The last rank that is taken of those offered; nil when all are.
  mutating func last() -> Rank? {
    guard offered > count else { return nil }
    cut()
    return bound
  }

  private mutating func cut() {
    first.sort()
    first.removeLast(max(0, first.count - count))
    if first.count == count { bound = first.last }
  }
}
