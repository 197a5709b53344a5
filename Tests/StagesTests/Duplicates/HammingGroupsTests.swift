import Pairs
import Testing

@testable import Stages

@Suite struct HammingGroupsTests {
  /// Chains and clusters of neighbours among unrelated hashes.
  private static func hashes(_ count: Int, seed: UInt64, flips: Int) -> [UInt64] {
    var generator = SeededGenerator(seed: seed)
    var hashes: [UInt64] = []
    for index in 0..<count {
      if index.isMultiple(of: 3), let base = hashes.randomElement(using: &generator) {
        var near = base
        for _ in 0..<Int.random(in: 0...flips, using: &generator) {
          near ^= 1 << UInt64.random(in: 0..<64, using: &generator)
        }
        hashes.append(near)
      } else {
        hashes.append(generator.next())
      }
    }
    return hashes
  }

  /// All compared with all, labels passed on until nothing changes.
  private static func naive(_ hashes: [UInt64], radius: Int) -> [UInt32] {
    var first = Array(0..<UInt32(hashes.count))
    var changes = true
    while changes {
      changes = false
      for left in hashes.indices {
        for right in hashes.indices
        where (hashes[left] ^ hashes[right]).nonzeroBitCount <= radius
          && first[left] != first[right]
        {
          let label = min(first[left], first[right])
          (first[left], first[right]) = (label, label)
          changes = true
        }
      }
    }
    return first
  }

  @Test(arguments: [0, 1, 2, 4, 7, 12]) func groupsAreThoseOfComparingAllWithAll(radius: Int) {
    let hashes = Self.hashes(400, seed: UInt64(radius) + 1, flips: radius + 2)
    let groups = HammingGroups(hashes, radius: radius).firstOfGroup
    #expect(groups == Self.naive(hashes, radius: radius))
    for partSize in [1, 10, 100] {
      #expect(HammingGroups(hashes, radius: radius, partSize: partSize).firstOfGroup == groups)
    }
    #expect(Set(groups).count < hashes.count || radius == 0)
  }

  @Test func anyTwoHashesWithinTheRadiusMeet() {
    var generator = SeededGenerator(seed: 5)
    for radius in 1...HammingGroups.largestRadius {
      for _ in 0..<20 {
        let hash = generator.next()
        var other = hash
        for bit in (0..<64).shuffled(using: &generator).prefix(radius) { other ^= 1 << UInt64(bit) }
        #expect(HammingGroups([hash, other], radius: radius).firstOfGroup == [0, 0])
        #expect(HammingGroups([hash, other], radius: radius - 1).firstOfGroup == [0, 1])
      }
    }
  }

  /// Chains of neighbours whose members come many times over, the smallest hash not first.
  @Test(arguments: [0, 3]) func repeatsAreOneHash(radius: Int) {
    let base = Self.hashes(60, seed: 9, flips: 4)
    var generator = SeededGenerator(seed: 10)
    let hashes =
      (0..<300).map { _ in base[Int.random(in: 0..<60, using: &generator)] } + [0, .max, 0]
    #expect(
      HammingGroups(hashes, radius: radius).firstOfGroup == Self.naive(hashes, radius: radius))
  }

  @Test func nothingAndOneAreGroupedToo() {
    #expect(HammingGroups([], radius: 4).firstOfGroup == [])
    #expect(HammingGroups([7], radius: 4).firstOfGroup == [0])
    #expect(HammingGroups([7, 7, 7], radius: 0).firstOfGroup == [0, 0, 0])
  }
}
