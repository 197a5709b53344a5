@testable import Audit
import Foundation
import Pairs
import Testing

/// A standing that was counted is current until something moves.
@Suite struct AuditStandingTests {
  private let fixture: AuditFixture
  private let date = Date(timeIntervalSince1970: 0)

  init() throws {
    fixture = try AuditFixture()
    try fixture.ingest("dog\ta.jpg\ncat\tb.jpg\nfox\thttps://example.org/c.jpg\nno columns\n")
  }

  /// Whether what was counted before `change` is said to be current after it; where it is, it must be
  /// right.
  private func staysCurrent(_ change: (AuditDatabase) throws -> Void) throws -> Bool {
    try fixture.database.keepStanding(at: date)
    let before = try #require(try fixture.database.keptStanding())
    #expect(before.isCurrent && before.countedAt == "1970-01-01T00:00:00Z")
    #expect(try before.standing == fixture.database.standing())
    try change(fixture.database)
    let after = try #require(try fixture.database.keptStanding())
    #expect(after.standing == before.standing)
    if after.isCurrent { #expect(try after.standing == fixture.database.standing()) }
    return after.isCurrent
  }

  @Test func itIsCountedFromThePairs() throws {
    #expect(try fixture.database.keptStanding() == nil)
    let standing = try fixture.database.standing()
    #expect(
      standing.pairs.map { "\($0.status) \($0.reason?.rawValue ?? "-") \($0.pairs)" }
        == ["failed malformed_row 1", "pending - 2", "pending not_fetched 1"])
    #expect(standing.pairs.allSatisfy { $0.role == .train })
    #expect(standing.urls == FetchProgress(total: 1, fetched: 0, failed: 0))
    #expect(standing.images == ImageProgress(total: 2, done: 0))
  }

  @Test func whatMovesPairsEndsIt() throws {
    let run = fixture.run
    #expect(try !staysCurrent { _ in try fixture.ingest("owl\td.jpg\n", name: "more.tsv") })
    #expect(
      try !staysCurrent { database in
        try database.record(
          [
            ImageOutcome(
              locationID: 1,
              result: .featurized(AuditFixture.content(1), FeatureAddress(shard: 0, row: 0)))
          ], run: run)
      })
    #expect(
      try !staysCurrent { database in
        try database.record(
          [
            FetchRecord(
              locationID: 3, result: .success(SHA256Digest(of: [9])), status: 200, finalURL: nil,
              contentType: nil, bytes: 1, seconds: 0, tries: 1)
          ], run: run, at: date)
      })
    let model = try fixture.database.modelID(named: "m")
    let score = PairScore(pairID: 1, similarityA: 0.9, similarityB: 0.9)
    try fixture.database.store([score], model: model, run: run)
    #expect(try !staysCurrent { try $0.publishScores(ofModel: model) })
    let purify = try fixture.database.beginRun(AuditFixture.request("purify"))
    _ = try fixture.database.beginDecisions(
      DecisionRule(model: model, name: "threshold", threshold: 0.5, parameters: "{}"), run: purify)
    try fixture.database.store(
      [PairDecision(pairID: 1, isKept: true, reason: .matched, cleanProbability: nil)], run: purify)
    #expect(try !staysCurrent { try $0.publishDecisions(ofRun: purify) })
    #expect(try !staysCurrent { try $0.discardDecisions(ofRun: purify) })
    #expect(try !staysCurrent { try $0.discardScores() })
    #expect(try !staysCurrent { try $0.discardFetches() })
    #expect(try !staysCurrent { try $0.discardImages() })
    let source = try #require(try fixture.database.sources().last)
    #expect(try !staysCurrent { try $0.discardSource(source.id) })
  }

  @Test func whatMovesNoneLeavesIt() throws {
    let run = fixture.run
    let model = try fixture.database.modelID(named: "m")
    #expect(
      try staysCurrent {
        try $0.store(
          [PairScore(pairID: 1, similarityA: 0.9, similarityB: 0.9)], model: model, run: run)
      })
    #expect(
      try staysCurrent {
        try $0.store(
          review: ReviewRequest(
            pairID: 1, verdict: .rejected, note: nil, reviewer: "me", at: date))
      })
    #expect(try staysCurrent { _ = try $0.beginRun(AuditFixture.request("score")) })
    #expect(try staysCurrent { try $0.finishRun(run, at: date) })
    #expect(try staysCurrent { try $0.keepStanding(at: date) })
  }

  /// What is counted anew replaces what was.
  @Test func itIsCountedAgain() throws {
    try fixture.database.keepStanding(at: date)
    try fixture.ingest("owl\td.jpg\n", name: "more.tsv")
    try fixture.database.keepStanding(at: date + 60)
    let kept = try #require(try fixture.database.keptStanding())
    #expect(kept.isCurrent && kept.countedAt == "1970-01-01T00:01:00Z")
    #expect(kept.standing.pairs.reduce(0) { $0 + $1.pairs } == 5)
  }
}
