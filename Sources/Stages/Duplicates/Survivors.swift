import Audit

/// Chooses one of several that are the same: the most similar, of equals the first. Candidates are sorted
/// on disk, so memory does not grow with them.
struct Survivors {
  /// What is chosen among.
  struct Candidate {
    /// The same for all that only one may stay of.
    let key: UInt64
    /// What stays or goes as a whole: the pair, or the image with all its pairs.
    let owner: Int64
    let pairID: Int64
    let similarity: Double
  }

  private let candidates: SortedScratch

  init() throws { candidates = try SortedScratch() }

  /// Puts a pair up.
  func add(_ candidate: Candidate) throws {
    try candidates.add(
      SortedScratch.Row(
        Int64(bitPattern: candidate.key), Self.descending(candidate.similarity), candidate.pairID,
        candidate.owner))
  }

  /// The pairs that go, each with the pair that stays in its place.
  func dropped() throws -> ScratchMap {
    let dropped = try ScratchMap()
    // The first of a key is the one that stays.
    var best: SortedScratch.Row?
    try candidates.forEach { candidate in
      if let best, best.first == candidate.first {
        if best.fourth != candidate.fourth { try dropped.add(best.third, to: candidate.third) }
      } else {
        best = candidate
      }
    }
    return dropped
  }

  /// An integer that falls as the similarity rises.
  private static func descending(_ similarity: Double) -> Int64 {
    Int64(bitPattern: ~similarity.orderedBits ^ 1 << 63)
  }
}
