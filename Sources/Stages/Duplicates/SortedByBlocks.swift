/// Positions of hashes, sorted by some of the hashes' bits, part by part. A part is what agrees in the
/// highest of these bits: 24 bytes a hash of one part are held, whose memory serves one part after
/// another. Were all the same in those bits, there would be one part.
struct SortedByBlocks {
  private var keys: [UInt64] = []
  private var order: [UInt32] = []
  private var otherKeys: [UInt64] = []
  private var otherOrder: [UInt32] = []
  /// How many hashes a part should have.
  private let partSize: Int

  private static let digitBits: UInt64 = 11

  init(partSize: Int) { self.partSize = partSize }

  /// Calls `body` with one part after the other, in order.
  mutating func forEachPart(
    of hashes: [UInt64], by mask: UInt64, _ body: (SortedByBlocks) -> Void
  ) {
    let runs = Self.runs(of: mask)
    let width = UInt64(mask.nonzeroBitCount)
    // Bits of the highest stretch alone, so that it takes little to see what part a hash is of.
    let highest = UInt64((~(mask << UInt64(mask.leadingZeroBitCount))).leadingZeroBitCount)
    var partBits: UInt64 = 0
    while partBits < min(highest, 16), hashes.count >> Int(partBits) > partSize { partBits += 1 }
    let shift = 64 - UInt64(mask.leadingZeroBitCount) - partBits
    let partMask = UInt64(1) << partBits - 1
    for part in 0...partMask {
      keys.removeAll(keepingCapacity: true)
      order.removeAll(keepingCapacity: true)
      for index in hashes.indices where hashes[index] &>> shift & partMask == part {
        var key: UInt64 = 0
        for run in runs { key |= (hashes[index] & run.mask) &>> run.shift }
        keys.append(key)
        order.append(UInt32(truncatingIfNeeded: index))
      }
      sort(bits: width - partBits)
      body(self)
    }
  }

  /// Calls `body` with what was sorted by and the position, in order; equals in order of position.
  func forEach(_ body: (_ key: UInt64, _ position: UInt32) -> Void) {
    for index in keys.indices { body(keys[index], order[index]) }
  }

  /// A radix sort by the lowest bits.
  private mutating func sort(bits: UInt64) {
    if otherKeys.count < keys.count {
      otherKeys = keys
      otherOrder = order
    } else {
      otherKeys.removeLast(otherKeys.count - keys.count)
      otherOrder.removeLast(otherOrder.count - order.count)
    }
    var shift: UInt64 = 0
    while shift < bits {
      sortByDigit(at: shift)
      shift += Self.digitBits
    }
  }

  /// Stretches of neighbouring bits of a mask, and by how much each moves down to close the gaps.
  private static func runs(of mask: UInt64) -> [(mask: UInt64, shift: UInt64)] {
    var runs: [(mask: UInt64, shift: UInt64)] = []
    var gaps: UInt64 = 0
    var followsSetBit = false
    for bit in UInt64(0)..<64 {
      let isSet = mask >> bit & 1 == 1
      switch (isSet, followsSetBit) {
      case (true, true): runs[runs.count - 1].mask |= 1 << bit
      case (true, false): runs.append((1 << bit, gaps))
      case (false, _): gaps += 1
      }
      followsSetBit = isSet
    }
    return runs
  }

  private mutating func sortByDigit(at shift: UInt64) {
    let digits = 1 << Int(Self.digitBits)
    let digitMask = UInt64(digits - 1)
    var starts = [Int](repeating: 0, count: digits + 1)
    for key in keys { starts[Int(truncatingIfNeeded: key &>> shift & digitMask) + 1] += 1 }
    for digit in 1...digits { starts[digit] += starts[digit - 1] }
    for index in keys.indices {
      let key = keys[index]
      let digit = Int(truncatingIfNeeded: key &>> shift & digitMask)
      let place = starts[digit]
      otherKeys[place] = key
      otherOrder[place] = order[index]
      starts[digit] = place + 1
    }
    swap(&keys, &otherKeys)
    swap(&order, &otherOrder)
  }

  /// Compares the hashes that agree in the sorted bits, and unites those within the radius.
  func uniteNeighbours(_ hashes: [UInt64], radius: Int, in groups: inout DisjointGroups) {
    var start = 0
    while start < keys.count {
      let key = keys[start]
      var end = start + 1
      while end < keys.count, keys[end] == key { end += 1 }
      for first in start..<end {
        let left = order[first]
        let hash = hashes[Int(left)]
        var second = first + 1
        while second < end {
          let right = order[second]
          if (hash ^ hashes[Int(right)]).nonzeroBitCount <= radius { groups.unite(left, right) }
          second += 1
        }
      }
      start = end
    }
  }
}
