/// Chooses one of several that are the same: the most similar, of equals the first. Memory: 32 bytes
/// for each candidate, and one entry for each that goes.
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

  private var candidates: [Candidate] = []

  /// Puts a pair up.
  mutating func add(_ candidate: Candidate) { candidates.append(candidate) }

  /// The pairs that go, each with the pair that stays in its place.
  mutating func dropped() -> [Int64: Int64] {
    candidates.sort { ($0.key, $0.pairID) < ($1.key, $1.pairID) }
    var dropped: [Int64: Int64] = [:]
    var start = 0
    while start < candidates.count {
      var end = start + 1
      var best = candidates[start]
      while end < candidates.count, candidates[end].key == best.key {
        if candidates[end].similarity > best.similarity { best = candidates[end] }
        end += 1
      }
      for candidate in candidates[start..<end] where candidate.owner != best.owner {
        dropped[candidate.pairID] = best.pairID
      }
      start = end
    }
    return dropped
  }
}
