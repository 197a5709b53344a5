import Audit
import Pairs

/// All scores that a model gave to harvested pairs, gone over as often as needed and never held, so
/// that memory does not grow with the pairs.
struct AllScores {
  /// How many there are.
  let count: Int
  private let forEachScore: ((PairScore) throws -> Void) throws -> Void

  /// - Parameter forEach: calls its argument with all scores, in the same order each time.
  init(count: Int, forEach: @escaping ((PairScore) throws -> Void) throws -> Void) {
    self.count = count
    forEachScore = forEach
  }

  /// Calls `body` with each score.
  func forEach(_ body: (PairScore) throws -> Void) throws {
    // The closure is kept for other passes, `body` is not.
    try withoutActuallyEscaping(body) { try forEachScore($0) }
  }
}

extension AllScores {
  /// What mixtures are fitted to: all scores, or those of a sample of the pairs by their keys, which is
  /// the same whatever the order of the pairs and however they were sharded before they were merged.
  ///
  /// - Parameter limit: The most pairs that are taken.
  static func read(
    ofModel model: Int64, in database: AuditDatabase, sample limit: Int
  ) throws -> (all: AllScores, sample: NetworkSimilarities) {
    var chosen = KeySample(count: limit)
    var sample = NetworkSimilarities(a: [], b: [])
    func take(_ score: PairScore) {
      sample.a.append(score.similarityA)
      sample.b.append(score.secondSimilarity)
    }
    try database.forEachScore(ofModel: model) { pair in
      chosen.add(KeySample.Rank(pair.key, pairID: pair.score.pairID))
      if chosen.offered <= limit { take(pair.score) }
    }
    let count = chosen.offered
    if let last = chosen.last() {
      sample = NetworkSimilarities(a: [], b: [])
      sample.a.reserveCapacity(limit)
      sample.b.reserveCapacity(limit)
      try database.forEachScore(ofModel: model) { pair in
        let rank = KeySample.Rank(pair.key, pairID: pair.score.pairID)
        if !(last < rank) { take(pair.score) }
      }
    }
    let all = AllScores(count: count) { body in
      try database.forEachScore(ofModel: model) { try body($0.score) }
    }
    return (all, sample)
  }
}
