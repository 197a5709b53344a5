import Audit
import Pairs

/// The chosen content rules, ready to decide: what they have to know of all pairs is known.
///
/// A rule that judges a pair by itself goes before the model; repeats are sought last, among the pairs
/// that nothing else speaks against, so that one of them always stays.
struct ContentDecisions {
  private let rule: PurifyRule
  private let filter: ContentFilter
  /// The pairs that go for repeating another, each with the one that stays in its place.
  private let repeated: ScratchMap
  private let near: ScratchMap

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
      let captions = try CaptionCounts()
      try forEachPage { page in
        for content in page { try captions.add(content.caption, of: content.appearance) }
      }
      placeholders = try captions.images(above: limit)
    }
    let filter = ContentFilter(rules: rules, placeholders: placeholders)
    self.filter = filter
    guard rules.dropRepeated || rules.nearDuplicates != .keep else {
      (repeated, near) = (try ScratchMap(), try ScratchMap())
      return
    }
    let repeats = try Survivors()
    let nearOnes = try Survivors()
    let tokenizer = CaptionTokenizer()
    try forEachPage { page in
      for content in page
      where rule.decision(on: content.score).isKept && filter.objection(to: content) == nil {
        if rules.dropRepeated {
          // All alike: the first stays, whatever its similarity.
          let key = ContentKey(content.caption, image: content.imageID)
          try repeats.add(content.candidate(key.bits, owner: content.score.pairID, similarity: 0))
        }
        let first = content.firstNearImageID
        switch rules.nearDuplicates {
        case .keep: break
        case .dropPairs:
          let key = ContentKey(wordsOf: content.caption, tokenizer: tokenizer, image: first)
          try nearOnes.add(content.candidate(key.bits, owner: content.score.pairID))
        case .dropImages:
          try nearOnes.add(content.candidate(UInt64(bitPattern: first), owner: content.imageID))
        }
      }
    }
    repeated = try repeats.dropped()
    near = try nearOnes.dropped()
  }

  /// What becomes of the pairs of a page, which come in the order of their numbers.
  func decisions(on page: [ScoredContent]) throws -> [PairDecision] {
    guard let first = page.first, let last = page.last else { return [] }
    let pairs = first.score.pairID...last.score.pairID
    let (repeatedHere, nearHere) = (try repeated.values(of: pairs), try near.values(of: pairs))
    return try page.map { content in
      let pair = content.score.pairID
      let decision = rule.decision(on: content.score)
      guard
        let objection = try filter.objection(to: content)
          ?? repetition(of: repeatedHere[pair], near: nearHere[pair])
      else { return decision }
      return PairDecision(
        pairID: pair, isKept: false, reason: objection.reason, detail: objection.detail,
        cleanProbability: decision.cleanProbability)
    }
  }

  /// What stays in a pair's place is named; where the pair that this one repeats goes itself, that is
  /// what both go for.
  private func repetition(of kept: Int64?, near chosen: Int64?) throws -> RowFailure? {
    if let kept, try near.value(of: kept) == nil {
      return RowFailure(.duplicatePair, "pair \(kept) is kept")
    }
    guard let chosen else { return nil }
    var stays = chosen
    if let first = try repeated.value(of: chosen), try near.value(of: first) == nil {
      stays = first
    }
    return RowFailure(.nearDuplicate, "pair \(stays) is kept")
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
