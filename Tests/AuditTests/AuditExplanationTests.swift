import Foundation
import GRDB
import Pairs
import Testing

@testable import Audit

@Suite struct AuditExplanationTests {
  let fixture: AuditFixture
  var database: AuditDatabase { fixture.database }

  init() throws {
    fixture = try AuditFixture()
    try fixture.ingest("dog\td.jpg\ncat\tc.jpg\nbird\tb.jpg\nfish\tf.jpg\nmole\tm.jpg\nbroken\n")
    try fixture.ingest("sun\ts.jpg\n", role: .meta, name: "meta.tsv")
    let run = try fixture.database.beginRun(AuditFixture.request("featurize"))
    // m.jpg, the fifth, is corrupt.
    try fixture.database.record(
      (Int64(1)...6).map { location in
        let content = AuditFixture.content(UInt8(location))
        return ImageOutcome(
          locationID: Int64(location),
          result: location == 5
            ? .unusable(content, RowFailure(.corruptImage, "bad code"))
            : .featurized(content, FeatureAddress(shard: 0, row: Int(location))))
      }, run: run)
  }

  private static func explanation(of pair: Int64, word: String = "dog") -> PairExplanation {
    PairExplanation(
      pairID: pair, words: ["a", word], isKnown: [true, false], grounding: [0.25, -0.125],
      attention: [255, 0, 10, 20, 30, 255, 7, 1], regionRows: 2, regionColumns: 2, fit: .pad,
      captions: [.init(pairID: 2, similarity: 0.75), .init(pairID: pair, similarity: 0.5)],
      images: [.init(pairID: 3, similarity: 0.125)])
  }

  /// Harvested pairs with these similarities, by number, and a trusted one.
  private func score(_ similarities: [Int64: Double], model: Int64) throws {
    let run = try database.beginRun(AuditFixture.request("score"))
    try database.store(
      similarities.map {
        PairScore(pairID: $0.key, similarityA: $0.value, similarityB: $0.value)
      }, model: model, run: run)
    try database.finishRun(run, at: Date(timeIntervalSince1970: 0))
  }

  @Test func whatIsStoredIsRead() throws {
    let model = try database.modelID(named: "m1")
    let run = try database.beginRun(AuditFixture.request("explain"))
    // Captions are anybody's text.
    let hostile = Self.explanation(of: 1, word: "\u{0}\"]</script>\u{202E}'; --")
    let nothing = PairExplanation(
      pairID: 2, words: [], isKnown: [], grounding: [], attention: [], regionRows: nil,
      regionColumns: nil, fit: nil, captions: [], images: [])
    try database.store([hostile, nothing], model: model, run: run)
    #expect(try database.explanation(ofPair: 1, model: model) == hostile)
    #expect(try database.explanation(ofPair: 2, model: model) == nothing)
    #expect(try database.explanation(ofPair: 3, model: model) == nil)
    #expect(hostile.regions == 4 && nothing.regions == 0)
    #expect(try database.runs().last?.counts == ["ok": 2])

    // Models do not mix, and the last word counts.
    let other = try database.modelID(named: "m2")
    #expect(try database.explanation(ofPair: 1, model: other) == nil)
    try database.store([Self.explanation(of: 1)], model: model, run: run)
    #expect(try database.explanation(ofPair: 1, model: model) == Self.explanation(of: 1))
    #expect(try database.explanationCount(ofModel: model) == 2)
    try database.discardExplanations(ofModel: other)
    #expect(try database.explanationCount(ofModel: model) == 2)
    try database.discardExplanations(ofModel: model)
    #expect(try database.explanationCount(ofModel: model) == 0)
    #expect(try database.runs().last?.counts == [:])
  }

  @Test(arguments: [
    ("words = '[1]'", "explanation.words"), ("known = '[true]'", "explanation.known"),
    ("grounding = '[0.5]'", "explanation.grounding"), ("captions = '['", "explanation.captions"),
    ("attention = x'0102'", "explanation.attention"),
    ("attention = x'01020304050607'", "explanation.attention"),
    ("region_columns = 3", "explanation.attention"), ("region_rows = 0", "explanation.attention"),
  ])
  func aRowThatContradictsItselfIsRefused(change: String, column: String) throws {
    let model = try database.modelID(named: "m1")
    let run = try database.beginRun(AuditFixture.request("explain"))
    try database.store([Self.explanation(of: 1)], model: model, run: run)
    try database.write { try $0.execute(sql: "UPDATE explanation SET \(change)") }
    let error = #expect(throws: AuditError.self) {
      try database.explanation(ofPair: 1, model: model)
    }
    #expect(
      error?.description.contains(" in \(column), which") == true, "\(String(describing: error))")
  }

  @Test func explanationsGoWithTheScoresAndWithHarvestedPairs() throws {
    let model = try database.modelID(named: "m1")
    let run = try database.beginRun(AuditFixture.request("explain"))
    try database.store([Self.explanation(of: 1)], model: model, run: run)
    let sources = try database.sources()
    // No explanation names a trusted pair; any may name a harvested one.
    try database.discardSource(sources[1].id)
    #expect(try database.explanationCount(ofModel: model) == 1)
    try database.discardSource(sources[0].id)
    #expect(try database.explanationCount(ofModel: model) == 0)
    try database.store([Self.explanation(of: 1)], model: model, run: run)
    try database.discardScores(ofModel: model + 1)
    #expect(try database.explanationCount(ofModel: model) == 1)
    try database.discardImages()
    #expect(try database.explanationCount(ofModel: model) == 0)
  }

  @Test func beforeAnyDecisionTheMiddleDivides() throws {
    let model = try database.modelID(named: "m1")
    try score([1: 0.9, 2: 0.1, 3: 0.55, 4: 0.45, 5: 0.5, 6: 0.5, 7: 0.5], model: model)
    func pairs(rejected: Bool, _ limit: Int = 9) throws -> [PairToExplain] {
      try database.pairsToExplain(
        .undecided(middle: 0.5), rejected: rejected, model: model, limit: limit)
    }
    // The corrupt picture's, the broken line's and the trusted pair are in neither half.
    #expect(try pairs(rejected: true).map(\.pairID) == [4, 2])
    #expect(try pairs(rejected: false).map(\.pairID) == [3, 1])
    #expect(try pairs(rejected: false, 1).map(\.pairID) == [3])
    let run = try database.beginRun(AuditFixture.request("explain"))
    try database.store([Self.explanation(of: 2)], model: model, run: run)
    #expect(try pairs(rejected: true).map(\.isExplained) == [false, true])
    #expect(
      try database.pairsToExplain(
        .undecided(middle: 0.5), rejected: true, model: model + 1, limit: 9) == [])
  }

  @Test func decisionsDivide() throws {
    let model = try database.modelID(named: "m1")
    try score([1: 0.9, 2: 0.1, 3: 0.8, 4: 0.7], model: model)
    let run = try database.beginRun(AuditFixture.request("purify"))
    let rule = DecisionRule(model: model, name: "consensus", threshold: 0.6, parameters: "{}")
    _ = try database.beginDecisions(rule, run: run)
    try database.store(
      [
        PairDecision(pairID: 1, isKept: false, reason: .uncertain, cleanProbability: 0.5),
        PairDecision(pairID: 2, isKept: false, reason: .mismatch, cleanProbability: 0.59),
        PairDecision(pairID: 3, isKept: true, reason: .matched, cleanProbability: 0.7),
        PairDecision(pairID: 4, isKept: false, reason: .duplicatePair, cleanProbability: 0.6),
      ], run: run)
    func pairs(rejected: Bool, byProbability: Bool) throws -> [Int64] {
      try database.pairsToExplain(
        .decided(run: run, byProbability: byProbability), rejected: rejected, model: model,
        limit: 9
      ).map(\.pairID)
    }
    #expect(try pairs(rejected: true, byProbability: true) == [2, 1])
    #expect(try pairs(rejected: true, byProbability: false) == [1, 2])
    #expect(try pairs(rejected: false, byProbability: true) == [3])
  }

  @Test func featurizedPairsAreFoundByNumber() throws {
    let pairs = try database.featurizedPairs(withIDs: [7, 3, 5, 99, 1])
    #expect(pairs.map(\.pairID) == [1, 3, 7])
    #expect(pairs.map(\.caption) == ["dog", "bird", "sun"])
    let pages = try database.featurizedPairs(roles: [.train, .meta], limit: 9)
    #expect(pairs == pages.filter { $0.pairID % 2 == 1 })
  }

  @Test func explanationsAreReadThroughTheirIndex() throws {
    let plan = try database.read { database in
      try Row.fetchAll(
        database,
        sql: """
          EXPLAIN QUERY PLAN SELECT * FROM explanation WHERE model_id = 1 AND pair_id = 2
          """
      ).map { $0["detail"] as String }
    }
    #expect(plan.allSatisfy { $0.contains("USING INDEX") }, "\(plan)")
  }
}
