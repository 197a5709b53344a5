import Foundation
import GRDB
import Pairs
import Testing

@testable import Audit

@Suite struct AuditDecisionTests {
  let fixture: AuditFixture

  init() throws {
    fixture = try AuditFixture()
    try fixture.ingest("dog\td.jpg\ncat\tc.jpg\nbird\td.jpg\nfish\thttp://h/f.jpg\nbroken\n")
    try fixture.ingest("sun\ts.jpg\n", role: .meta, name: "meta.tsv")
  }

  /// d.jpg has features, c.jpg is corrupt, s.jpg is missing.
  private func featurize() throws {
    let run = try fixture.database.beginRun(AuditFixture.request("featurize"))
    try fixture.database.record(
      [
        ImageOutcome(
          locationID: 1,
          result: .featurized(AuditFixture.content(1), FeatureAddress(shard: 0, row: 0))),
        ImageOutcome(
          locationID: 2,
          result: .unusable(AuditFixture.content(2), RowFailure(.corruptImage, "bad code"))),
        ImageOutcome(
          locationID: 4, result: .unavailable(RowFailure(.missingImage, "s.jpg: none"))),
      ], run: run)
    try fixture.database.finishRun(run, at: Date(timeIntervalSince1970: 9))
  }

  @Test func ingestAloneLeavesHarvestedPairsPendingAndTrustedOnesKept() throws {
    #expect(
      try fixture.standings() == [
        "pending", "pending", "pending", "pending not_fetched", "failed malformed_row",
        "kept trusted",
      ])
    #expect(try fixture.database.pendingImages(limit: 9).map(\.url) == ["d.jpg", "c.jpg", "s.jpg"])
    #expect(try fixture.database.pendingImages(after: 1, limit: 1).map(\.url) == ["c.jpg"])
  }

  @Test func exportsAskForWhatTheyNeed() throws {
    try fixture.ingest("dog\td.jpg\ndog\td.jpg\n", name: "n.tsv")
    try fixture.ingest("dog\td.jpg\n", role: .meta, name: "meta2.tsv")
    try featurize()
    try fixture.review(1, "kept")
    try fixture.review(3, "rejected")
    try fixture.review(3, "withdrawn")
    try fixture.review(6, "rejected")
    func rows(_ details: ExportDetails, roles: Set<PairRole> = [.train]) throws -> [ExportRow] {
      try fixture.database.exportRows(
        ExportFilter(roles: roles), after: .start, limit: 99, details: details)
    }
    #expect(
      try rows([]).allSatisfy { $0.review == nil && $0.picture == nil && $0.features == nil })
    #expect(
      try rows(.review).map { $0.review?.verdict } == [.kept] + Array(repeating: nil, count: 6))
    #expect(try rows(.review)[0].review?.reviewer == "me")
    let pictures = try rows(.picture)
    #expect(pictures.map { $0.picture?.repeatsBefore } == [0, 0, 0, 0, 0, 1, 1])
    #expect(pictures.map(\.key.occurrence) == [1, 1, 1, 1, 1, 1, 2])
    #expect(pictures.allSatisfy { $0.picture?.imageRoot == fixture.folder.path })
    #expect(try rows(.picture, roles: [.train, .meta]).last?.picture?.repeatsBefore == 3)
    #expect(
      try rows(.features).map { $0.features?.address } == [
        FeatureAddress(shard: 0, row: 0), nil, FeatureAddress(shard: 0, row: 0), nil, nil,
        FeatureAddress(shard: 0, row: 0), FeatureAddress(shard: 0, row: 0),
      ])
    let reviewed = ExportFilter(roles: [.train, .meta], isReviewed: true)
    #expect(try fixture.database.exportRowCount(reviewed) == 2)
    #expect(
      try fixture.database.exportRows(reviewed, after: .start, limit: 99).map(\.pairID) == [1, 6])
    // Trusted pairs are trusted already, or not harvested.
    #expect(
      try fixture.database.reviewedPairs().map { "\($0.pairID) \($0.verdict)" } == ["1 kept"])
  }

  @Test func aBadImageFailsItsPairs() throws {
    try featurize()
    #expect(
      try fixture.standings() == [
        "pending", "failed corrupt_image", "pending", "pending not_fetched",
        "failed malformed_row", "failed missing_image",
      ])
    #expect(try fixture.database.pendingImages(limit: 9) == [])
    let progress = try fixture.database.imageProgress()
    #expect(progress.done == 3 && progress.total == 3)
    let pairs = try fixture.database.featurizedPairs(roles: [.train], limit: 9)
    #expect(pairs.map(\.caption) == ["dog", "bird"])
    #expect(pairs.map(\.imageID) == [1, 1])
    let stored = try fixture.database.image(with: SHA256Digest(of: [2]))
    #expect(stored?.failure == RowFailure(.corruptImage, "bad code"))
    let runs = try fixture.database.runs()
    #expect(runs.last?.counts == ["ok": 1, "corrupt_image": 1, "missing_image": 1])
  }

  @Test func decisionsAreShownAllAtOnceAndReviewsOutrankThem() throws {
    try featurize()
    let database = fixture.database
    let model = try database.modelID(named: "m1")
    let run = try database.beginRun(AuditFixture.request("score"))
    #expect(try database.featurizedPairCount(roles: [.train], unscoredBy: model) == 2)
    try database.store(
      [
        PairScore(pairID: 1, similarityA: 0.8, similarityB: 0.6),
        PairScore(pairID: 3, similarityA: 0.2, similarityB: nil),
      ], model: model, run: run)
    #expect(try database.featurizedPairs(roles: [.train], unscoredBy: model, limit: 9) == [])
    try database.publishScores(ofModel: model)
    #expect(
      try database.scores(ofModel: model, roles: [.train], limit: 9).map(\.similarity)
        == [0.7, 0.2])

    let purify = try database.beginRun(AuditFixture.request("purify"))
    let rule = DecisionRule(model: model, name: "threshold", threshold: 0.5, parameters: "{}")
    #expect(try database.beginDecisions(rule, run: purify) == 0)
    let decisions = [
      PairDecision(pairID: 1, isKept: true, reason: .matched, cleanProbability: 0.9),
      PairDecision(pairID: 3, isKept: false, reason: .mismatch, cleanProbability: 0.1),
    ]
    try database.store([decisions[0]], run: purify)
    #expect(try fixture.standings()[0] == "pending")
    #expect(try database.beginDecisions(rule, run: purify) == 1)
    try database.store([decisions[1]], run: purify)
    try database.publishDecisions(ofRun: purify)
    #expect(try fixture.standings()[0] == "kept matched")
    #expect(try fixture.standings()[2] == "rejected mismatch")

    let audit = try database.read { database in
      try Row.fetchOne(database, sql: "SELECT * FROM pair_audit WHERE pair_id = 3")
    }
    #expect(audit?["stage"] == "purify" && audit?["threshold"] == 0.5)
    #expect(audit?["model_id"] == "m1" && audit?["run_id"] == purify)
    #expect(audit?["image_sha256"] == SHA256Digest(of: [1]).description)

    try fixture.review(3, "kept")
    try fixture.review(1, "rejected")
    let purified = try database.read { database in
      try Row.fetchAll(database, sql: "SELECT pair_id, reason FROM purified_pair")
        .map { "\($0[0] as Int) \($0[1] as String)" }
    }
    #expect(purified == ["3 overruled"])
    try fixture.review(1, "withdrawn")
    let rows = try database.exportRows(
      ExportFilter(roles: [.train], status: .kept), after: .start, limit: 9)
    #expect(rows.map(\.pairID) == [1, 3])
    #expect(rows.map(\.reason) == [.matched, .overruled])

    // Another model's scores make the decisions stale.
    let next = try database.modelID(named: "m2")
    try database.publishScores(ofModel: next)
    #expect(try fixture.standings()[0] == "pending")
    try database.discardImages()
    #expect(try fixture.standings()[1] == "pending")
  }
}
