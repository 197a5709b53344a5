import Audit
import Testing

@testable import Stages

@Suite struct SurvivorsTests {
  private func dropped(
    _ candidates: [(key: UInt64, owner: Int64, pair: Int64, similarity: Double)]
  ) throws -> [Int64: Int64] {
    let survivors = try Survivors()
    for candidate in candidates {
      try survivors.add(
        Survivors.Candidate(
          key: candidate.key, owner: candidate.owner, pairID: candidate.pair,
          similarity: candidate.similarity))
    }
    let dropped = try survivors.dropped()
    let pairs = try dropped.values(of: 0...100)
    #expect(pairs.count == dropped.count)
    for pair in Int64(0)...100 { #expect(try dropped.value(of: pair) == pairs[pair]) }
    return pairs
  }

  @Test func theMostSimilarStaysAndOfEqualsTheFirst() throws {
    #expect(try dropped([]) == [:])
    #expect(
      try dropped([(7, 3, 3, 0.5), (7, 1, 1, 0.5), (8, 2, 2, 0.1), (7, 4, 4, 0.4)]) == [3: 1, 4: 1])
    #expect(try dropped([(7, 1, 1, 0.5), (7, 2, 2, 0.6), (7, 3, 3, 0.6)]) == [1: 2, 3: 2])
  }

  @Test func anOwnerStaysWithAllItsPairs() throws {
    #expect(
      try dropped([(7, 10, 1, 0.5), (7, 11, 2, 0.9), (7, 11, 3, 0.1), (7, 10, 4, 0.8)])
        == [1: 2, 4: 2])
  }
}

@Suite struct CaptionCountsTests {
  @Test func differentCaptionsAreCounted() throws {
    let counts = try CaptionCounts()
    for (caption, image) in [("a", 1), ("b", 2), ("a", 1), ("b", 1), ("c", 1), ("b", 2), ("d", 2)] {
      try counts.add(caption, of: Int64(image))
    }
    #expect(try counts.images(above: 1) == [1: 3, 2: 2])
    #expect(try counts.images(above: 2) == [1: 3])
    #expect(try counts.images(above: 3) == [:])
  }
}
