/// Groups of 64-bit hashes that are connected through neighbours of at most `radius` differing bits.
///
/// Exact, without comparing all with all. Cut a hash into b blocks: of two hashes that differ in at
/// most r bits, at least b − r blocks are the same. So for each choice of b − r blocks the hashes are
/// sorted by those blocks alone, and only those that agree in them are compared (the pigeonhole
/// principle of Manku et al., Detecting Near-Duplicates for Web Crawling, WWW 2007). Time for n hashes:
/// C(b, r) sorts of n and n² / 2^k comparisons each, where k is the number of bits sorted by; b is
/// chosen to make that least. Memory, counted: at most 20 bytes a hash (twice the hash and its place, later
/// the hash, its place and its group) and what `SortedByBlocks` holds of a part.
struct HammingGroups {
  /// For each hash, the position of the first one of its group.
  let firstOfGroup: [UInt32]

  /// The largest radius that is searched exactly in reasonable time.
  static let largestRadius = 12

  /// - Parameters:
  ///   - hashes: given away, so that they can go once they are sorted.
  ///   - radius: from 0 to `largestRadius`.
  ///   - partSize: How many hashes are sorted at a time, about.
  init(_ hashes: consuming [UInt64], radius: Int, partSize: Int = 1 << 20) {
    let count = hashes.count
    precondition((0...Self.largestRadius).contains(radius), "a radius of \(radius)")
    precondition(count < Int(UInt32.max), "\(count) hashes")
    // The same hash many times over, such as a placeholder's, is one hash to compare.
    var distinct: [UInt64] = []
    var places = [UInt32](repeating: 0, count: count)
    do {
      var order = SortedByBlocks(partSize: partSize)
      distinct.reserveCapacity(count)
      order.forEachPart(of: hashes, by: .max) { part in
        part.forEach { hash, position in
          if distinct.last != hash { distinct.append(hash) }
          places[Int(position)] = UInt32(distinct.count - 1)
        }
      }
      hashes = []
    }
    var groups = DisjointGroups(count: distinct.count)
    if radius > 0 {
      let plan = BlockPlan(count: distinct.count, radius: radius)
      var order = SortedByBlocks(partSize: partSize)
      for mask in plan.masks {
        order.forEachPart(of: distinct, by: mask) { part in
          part.uniteNeighbours(distinct, radius: radius, in: &groups)
        }
      }
    }
    distinct = []
    // From here on a place stands for the first position of its group, once that is passed.
    var firstOfRoot = [UInt32](repeating: .max, count: groups.count)
    for position in places.indices {
      let root = Int(groups.root(of: places[position]))
      firstOfRoot[root] = min(firstOfRoot[root], UInt32(position))
      places[position] = firstOfRoot[root]
    }
    firstOfGroup = places
  }
}

/// Which bits to sort by, once for each choice of blocks.
struct BlockPlan {
  let masks: [UInt64]

  /// - Parameter radius: at least 1.
  init(count: Int, radius: Int) {
    let candidates = (radius + 1...radius + 4).map { blocks in
      (blocks: blocks, cost: Self.cost(blocks: blocks, count: count, radius: radius))
    }
    let blocks = candidates.min { $0.cost < $1.cost }?.blocks ?? radius + 1
    let edges = (0...blocks).map { $0 * 64 / blocks }
    masks = Self.choices(blocks - radius, of: blocks).map { chosen in
      chosen.reduce(into: UInt64(0)) { mask, block in
        for bit in edges[block]..<edges[block + 1] { mask |= 1 << UInt64(bit) }
      }
    }
  }

  /// In units of one comparison; sorting a hash costs about thirty.
  private static func cost(blocks: Int, count: Int, radius: Int) -> Double {
    let choices = Double(Self.choices(blocks - radius, of: blocks).count)
    let keys = Double(sign: .plus, exponent: (blocks - radius) * 64 / blocks, significand: 1)
    let n = Double(count)
    return choices * (30 * n + n * n / keys / 2)
  }

  private static func choices(_ size: Int, of count: Int) -> [[Int]] {
    if size == 0 { return [[]] }
    guard size <= count else { return [] }
    return choices(size - 1, of: count - 1).map { $0 + [count - 1] }
      + choices(size, of: count - 1)
  }
}
