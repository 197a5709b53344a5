import Audit
import Pairs

/// The chosen content rules, ready to decide: what they have to know of all pairs is known.
///
/// A rule that judges a pair by itself goes before the model; repeats are sought last, among the pairs
/// that nothing else speaks against, so that one of them always stays.
struct ContentDecisions {
  private let rule: PurifyRule
  private let filter: ContentFilter
  private let repeated: [Int64: Int64]
  private let near: [Int64: Int64]

  /// Reads all pairs, once or twice.
  ///
  /// - Parameter forEachPage: calls its argument with all scored pairs, page by page.
  init(
    _ rules: ContentRules, after rule: PurifyRule,
    forEachPage: (([ScoredContent]) throws -> Void) throws -> Void
  ) throws {
    self.rule = rule
    var placeholders: [Int64: Int] = [:]
    if let limit = rules.placeholderCaptions {
      var captions = CaptionCounts()
      try forEachPage { page in
        for content in page { captions.add(content.caption, of: content.appearance) }
      }
      placeholders = captions.images(above: limit)
    }
    let filter = ContentFilter(rules: rules, placeholders: placeholders)
    self.filter = filter
    guard rules.dropRepeated || rules.nearDuplicates != .keep else {
      (repeated, near) = ([:], [:])
      return
    }
    var repeats = Survivors()
    var nearOnes = Survivors()
    let tokenizer = CaptionTokenizer()
    try forEachPage { page in
      for content in page
      where rule.decision(on: content.score).isKept && filter.objection(to: content) == nil {
        if rules.dropRepeated {
          // All alike: the first stays, whatever its similarity.
          let key = ContentKey(content.caption, image: content.imageID)
          repeats.add(content.candidate(key.bits, owner: content.score.pairID, similarity: 0))
        }
        let first = content.firstNearImageID
        switch rules.nearDuplicates {
        case .keep: break
        case .dropPairs:
          let key = ContentKey(wordsOf: content.caption, tokenizer: tokenizer, image: first)
          nearOnes.add(content.candidate(key.bits, owner: content.score.pairID))
        case .dropImages:
          nearOnes.add(content.candidate(UInt64(bitPattern: first), owner: content.imageID))
        }
      }
    }
    repeated = repeats.dropped()
    near = nearOnes.dropped()
  }

  /// What becomes of a pair.
  func decision(on content: ScoredContent) -> PairDecision {
    let decision = rule.decision(on: content.score)
    guard let objection = filter.objection(to: content) ?? repetition(of: content) else {
      return decision
    }
    return PairDecision(
      pairID: decision.pairID, isKept: false, reason: objection.reason, detail: objection.detail,
      cleanProbability: decision.cleanProbability)
  }

  /// What stays in a pair's place is named; where the pair that this one repeats goes itself, that is
  /// what both go for.
  private func repetition(of content: ScoredContent) -> RowFailure? {
    if let kept = repeated[content.score.pairID], near[kept] == nil {
      return RowFailure(.duplicatePair, "pair \(kept) is kept")
    }
    return near[content.score.pairID].map { chosen in
      let first = repeated[chosen].flatMap { near[$0] == nil ? $0 : nil }
      return RowFailure(.nearDuplicate, "pair \(first ?? chosen) is kept")
    }
  }
}

extension ScoredContent {
  fileprivate func candidate(
    _ key: UInt64, owner: Int64, similarity: Double? = nil
  ) -> Survivors.Candidate {
    Survivors.Candidate(
      key: key, owner: owner, pairID: score.pairID, similarity: similarity ?? score.similarity)
  }
}
