import Foundation
import Pairs
import Testing

@testable import Audit

@Suite struct PairDetailTests {
  let fixture: InspectionFixture

  init() throws {
    fixture = try InspectionFixture(pairs: 120)
  }

  /// Two runs more, on the same scores.
  private func decideAgain() throws -> [Int64] {
    let scores = try fixture.database.scores(
      ofModel: fixture.model, roles: [.train], limit: 1_000)
    return try [0.2, 0.8].map { threshold in
      try fixture.purify(
        scores.filter { threshold < 0.5 || $0.pairID < 90 }, threshold: threshold)
    }
  }

  @Test func aPairIsFoundByItsKey() throws {
    for pair in try fixture.allPairs() {
      #expect(try fixture.database.pairID(ofKey: pair.key.description) == pair.pairID)
    }
    for key in ["", "1", "zz", String(repeating: "0", count: 32), "' OR 1=1 --"] {
      #expect(try fixture.database.pairID(ofKey: key) == nil)
    }
    #expect(try fixture.database.inspectedPair(100_000) == nil)
  }

  @Test func historyNamesEveryRunAndReview() throws {
    let runs = try decideAgain()
    try fixture.review(8, .kept, note: "yes")
    let history = try fixture.database.history(ofPair: 8)
    #expect(
      history.steps.map(\.command) == [
        "ingest", "featurize", "score", "purify", "purify", "purify",
      ])
    #expect(history.decisions.count == 3)
    #expect(history.decisions.suffix(2).map(\.run) == runs)
    #expect(history.decisions.map(\.threshold) == [0.6, 0.2, 0.8])
    #expect(history.decisions.map(\.isShown) == [false, false, true])
    #expect(history.scores.map(\.model) == ["m1"] && history.scores[0].isShown)
    #expect(history.reviews.map(\.note) == ["yes"])
    #expect(throws: AuditError.noSuchRow(table: "pair", id: 999)) {
      try fixture.database.history(ofPair: 999)
    }
  }

  @Test func differencesAreThoseOfBothRunsPairs() throws {
    let runs = try decideAgain()
    func decisions(_ run: Int64) throws -> [Int64: PairHistory.Decision] {
      var found: [Int64: PairHistory.Decision] = [:]
      for pair in try fixture.allPairs() {
        let decision = try fixture.database.history(ofPair: pair.pairID).decisions
          .first { $0.run == run }
        if let decision { found[pair.pairID] = decision }
      }
      return found
    }
    let (old, new) = (try decisions(runs[0]), try decisions(runs[1]))
    let all = Set(old.keys).union(new.keys).sorted()
    for reasons in [false, true] {
      let wanted = all.filter { pair in
        old[pair]?.isKept != new[pair]?.isKept
          || (reasons && old[pair]?.reason != new[pair]?.reason)
      }
      var found: [DecisionDifference] = []
      while true {
        let page = try fixture.database.decisionDifferences(
          runs[0], runs[1], reasons: reasons, after: found.last?.pairID ?? 0, limit: 7)
        if page.isEmpty { break }
        found += page
      }
      #expect(found.map(\.pairID) == wanted && !wanted.isEmpty)
      for difference in found {
        #expect(difference.before?.reason == old[difference.pairID]?.reason)
        #expect(difference.after?.cleanProbability == new[difference.pairID]?.cleanProbability)
        #expect(difference.before == nil || difference.before?.similarity != nil)
      }
    }
    let changes = try fixture.database.decisionChanges(runs[0], runs[1])
    #expect(changes.reduce(0) { $0 + $1.pairs } == all.count)
    for change in changes {
      let pairs = all.filter { pair in
        old[pair]?.reason == change.reasonBefore && new[pair]?.reason == change.reasonAfter
      }
      #expect(pairs.count == change.pairs)
    }
    #expect(changes.contains { $0.statusAfter == nil })
  }

  @Test func aRunThatDecidedNothingIsNamedWithThoseThatDid() throws {
    let runs = try decideAgain()
    let decided = try fixture.database.decisionSets().map(\.run.id)
    #expect(decided.suffix(2) == runs)
    #expect(throws: AuditError.notADecisionRun(run: 1, those: decided)) {
      try fixture.database.decisionDifferences(1, runs[0], limit: 5)
    }
    let message = "\(AuditError.notADecisionRun(run: 1, those: [4, 6]))"
    #expect(message == "run 1 decided nothing; the runs that did: 4, 6")
  }

  @Test func nearPairsShareAPicture() throws {
    let index = try fixture.index()
    let pairs = try fixture.allPairs()
    for pair in pairs.prefix(60) {
      let others = pairs.filter {
        $0.pairID != pair.pairID && $0.width != nil && $0.imageSHA256 == pair.imageSHA256
      }
      let near = try index.nearPairs(ofPair: pair.pairID, limit: 5)
      #expect(near.total == others.count)
      #expect(near.pairs.map(\.pair.pairID) == others.map(\.pairID))
      #expect(near.pairs.allSatisfy { $0.isSameFile && $0.differingBits == 0 })
    }
    #expect(try index.nearPairs(ofPair: 999, limit: 5) == NearPairs(pairs: [], total: 0))
  }

  @Test func whereAPicturesBytesAre() throws {
    let local = try #require(try fixture.database.imageSource(ofPair: 8))
    #expect(local.url == "4-120.jpg" && local.imageRoot == fixture.audit.folder.path)
    #expect(local.content == SHA256Digest(of: "4-120.jpg".utf8) && local.fetched == nil)
    let remote = try #require(try fixture.database.imageSource(ofPair: 29))
    #expect(remote.url == "http://h/29" && remote.content == nil && remote.fetched == nil)
    #expect(try fixture.database.imageSource(ofPair: 23) == nil)
    #expect(try fixture.database.imageSource(ofPair: 999) == nil)
  }

  @Test func mixturesAreReadFromARulesParameters() throws {
    let rule = try #require(try fixture.database.publishedRule()?.rule)
    #expect(rule.mixtures.map(\.matchedShare) == [0.7, 0.6] && rule.comparesProbability)
    let density = rule.mixtures[0].matched.density(at: 0.5)
    // Beta(5, 2) at one half: 30 · 0.5⁴ · 0.5.
    #expect(abs(density - 30 * 0.03125) < 1e-12)
    for text in ["", "{}", "[1]", "{\"mixtures\":[{}]}"] {
      let other = DecisionRule(model: 1, name: "threshold", threshold: 0.5, parameters: text)
      #expect(other.mixtures.isEmpty && !other.comparesProbability)
    }
  }
}
