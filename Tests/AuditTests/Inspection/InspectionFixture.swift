import Foundation
import Pairs

@testable import Audit

/// A workspace of a few hundred pairs of every standing, and what an index has to find in it, worked
/// out pair by pair.
struct InspectionFixture {
  let audit: AuditFixture
  let model: Int64

  var database: AuditDatabase { audit.database }
  var path: String { audit.folder.file("inspect.sqlite") }

  static let words = [
    "dog", "Cat", "café", "catalogue", "red", "blue", "house", "Über", "猫", "7up",
  ]

  /// - Parameter pairs: How many harvested pairs; there are 20 trusted ones besides.
  init(pairs: Int = 300) throws {
    audit = try AuditFixture()
    var random = SeededGenerator(seed: 7)
    try audit.ingest(Self.manifest(pairs, &random))
    try audit.ingest(Self.manifest(20, &random), role: .meta, name: "meta.tsv")
    model = try audit.database.modelID(named: "m1")
    try lookAtPictures(pairs + 20)
    try decide(&random, threshold: 0.6)
  }

  func index() throws -> InspectionIndex {
    try InspectionIndex(
      of: database, at: path, now: { Date(timeIntervalSince1970: 0) }, progress: { _, _ in })
  }

  /// Lines of a few words each; every 23rd is broken, every 29th on the web.
  static func manifest(_ pairs: Int, _ random: inout SeededGenerator) -> String {
    (1...pairs).map { line in
      if line.isMultiple(of: 23) { return "broken \(line)\n" }
      let caption = (0...(random.next() % 4)).map { _ in
        words[Int(random.next() % UInt64(words.count))]
      }.joined(separator: line.isMultiple(of: 5) ? ", " : " ")
      let url = line.isMultiple(of: 29) ? "http://h/\(line)" : "\(line / 2)-\(pairs).jpg"
      return "\(caption)\t\(url)\n"
    }.joined()
  }

  private func lookAtPictures(_ count: Int) throws {
    let run = try database.beginRun(AuditFixture.request("featurize"))
    while case let pending = try database.pendingImages(limit: 1_000), !pending.isEmpty {
      try database.record(
        pending.map { image in
          let digest = SHA256Digest(of: image.url.utf8)
          let content = ImageContent(
            digest: digest, format: "jpeg", width: 640, height: 480,
            look: .hash(UInt64(image.locationID) << 1 | 1))
          return ImageOutcome(
            locationID: image.locationID,
            result: image.locationID.isMultiple(of: 31)
              ? .unavailable(RowFailure(.missingImage, "none"))
              : .featurized(content, FeatureAddress(shard: 0, row: Int(image.locationID))))
        }, run: run)
    }
    try database.finishRun(run, at: Date(timeIntervalSince1970: 9))
  }

  /// Scores of few different values, so that many tie; some pairs stay without, and some of those with
  /// a score without a decision.
  func decide(_ random: inout SeededGenerator, threshold: Double) throws {
    let scoring = try database.beginRun(AuditFixture.request("score"))
    let pairs = try database.featurizedPairs(roles: Set(PairRole.allCases), limit: 1_000)
    let scores = pairs.filter { $0.pairID % 7 != 0 }.map { pair in
      PairScore(
        pairID: pair.pairID, similarityA: Double(random.next() % 11) / 10,
        similarityB: Double(random.next() % 11) / 10)
    }
    try database.store(scores, model: model, run: scoring)
    try database.publishScores(ofModel: model)
    try database.finishRun(scoring, at: Date(timeIntervalSince1970: 10))
    try purify(scores.filter { $0.pairID % 13 != 0 }, threshold: threshold)
  }

  @discardableResult
  func purify(_ scores: [PairScore], threshold: Double) throws -> Int64 {
    let run = try database.beginRun(AuditFixture.request("purify"))
    _ = try database.beginDecisions(
      DecisionRule(
        model: model, name: "consensus", threshold: threshold, parameters: Self.parameters),
      run: run)
    let trained = Set(
      try database.outcomes(roles: [.train], limit: 1_000).map(\.pairID))
    try database.store(
      scores.filter { trained.contains($0.pairID) }.map { score in
        let clean = (score.similarity * 8).rounded() / 8
        let reason: PairReason =
          score.pairID.isMultiple(of: 17)
          ? .nearDuplicate : clean > threshold ? .matched : clean > 0.3 ? .uncertain : .mismatch
        return PairDecision(
          pairID: score.pairID, isKept: reason == .matched, reason: reason,
          cleanProbability: score.pairID.isMultiple(of: 19) ? nil : clean)
      }, run: run)
    try database.publishDecisions(ofRun: run)
    try database.finishRun(run, at: Date(timeIntervalSince1970: 11))
    return run
  }

  static let parameters = """
    {"mixtures":[{"mismatched":{"alpha":2,"beta":5},"matched":{"alpha":5,"beta":2},\
    "matched_share":0.7,"origin":"refined"},{"mismatched":{"alpha":3,"beta":6},\
    "matched":{"alpha":6,"beta":3},"matched_share":0.6,"origin":"shares_refined"}]}
    """

  func review(_ pair: Int64, _ verdict: ReviewVerdict, note: String? = nil) throws {
    try database.store(
      review: ReviewRequest(
        pairID: pair, verdict: verdict, note: note, reviewer: "anna",
        at: Date(timeIntervalSince1970: 20)))
  }

  /// All pairs, as the audit shows them.
  func allPairs() throws -> [InspectedPair] {
    try database.inspectedPairs(Array(1...400))
  }
}

// What an index has to find, by looking at every pair.
extension InspectionFixture {
  static func passes(_ pair: InspectedPair, _ filter: InspectionFilter) -> Bool {
    guard filter.roles.contains(pair.role),
      filter.statuses.isEmpty || filter.statuses.contains(pair.finalStatus),
      filter.reasons.isEmpty || pair.finalReason.map(filter.reasons.contains) == true,
      filter.isReviewed == nil || filter.isReviewed == pair.isReviewed
    else { return false }
    if let range = filter.similarity {
      guard let similarity = pair.similarity, range.contains(similarity) else { return false }
    }
    let wanted = folded(filter.search)
    let found = folded(pair.caption ?? "")
    if !wanted.isEmpty, pair.caption == nil { return false }
    return wanted.allSatisfy { word in found.contains { $0.hasPrefix(word) } }
  }

  private static func folded(_ text: String) -> [String] {
    text.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil)
      .split { !$0.isLetter && !$0.isNumber }.map(String.init)
  }

  static func value(_ pair: InspectedPair, _ sort: InspectionSort) -> Double? {
    switch sort {
    case .manifest: return nil
    case .similarity: return pair.similarity
    case .probability: return pair.cleanProbability
    case .random: return Double(EntryWriter.shuffled(pair.pairID))
    case .thresholdDistance:
      guard let reason = pair.reason, [.matched, .mismatch, .uncertain].contains(reason),
        let clean = pair.cleanProbability, let threshold = pair.threshold
      else { return nil }
      return abs(clean - threshold)
    }
  }

  static func sorted(
    _ pairs: [InspectedPair], _ sort: InspectionSort, descending: Bool
  ) -> [Int64] {
    pairs.sorted { left, right in
      let sign: Double = descending ? -1 : 1
      // Infinity puts what has no value last either way.
      let a = value(left, sort).map { $0 * sign } ?? .infinity
      let b = value(right, sort).map { $0 * sign } ?? .infinity
      if a != b { return a < b }
      return descending ? left.pairID > right.pairID : left.pairID < right.pairID
    }.map(\.pairID)
  }
}
