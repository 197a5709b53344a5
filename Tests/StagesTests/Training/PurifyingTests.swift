import Audit
import Foundation
import Models
import Pairs
import Testing

@testable import Stages

/// Score, purify, evaluate.
@Suite struct PurifyingTests {
  let fixture: TrainedFixture

  init() throws { fixture = try TrainedFixture() }

  private func purify(
    _ change: (inout PurifyConfiguration) -> Void = { _ in }
  ) throws -> PurifySummary {
    var configuration = PurifyConfiguration()
    change(&configuration)
    return try fixture.stages.perform(PurifyStage(configuration))
  }

  @Test func everyPairIsScoredOnceDecidedAndMeasured() throws {
    try fixture.prepare()
    let all = TrainedFixture.harvested + TrainedFixture.trusted + TrainedFixture.dev
    #expect(try fixture.score().scored == all)
    let again = try fixture.stages.perform(ScoreStage(ScoreConfiguration()))
    #expect(again.scored == 0 && again.scoredBefore == all)

    let summary = try purify()
    let outcomes = try fixture.outcomes()
    #expect(outcomes.count == TrainedFixture.harvested)
    #expect(summary.kept == outcomes.count { $0.status == .kept && $0.reason == .matched })
    #expect(summary.rejected == outcomes.count { $0.status == .rejected && $0.reason == .mismatch })
    let uncertain = outcomes.count { $0.status == .rejected && $0.reason == .uncertain }
    #expect(summary.uncertain == uncertain)
    #expect(summary.kept + summary.rejected + uncertain == TrainedFixture.harvested)
    for outcome in outcomes {
      let probability = try #require(outcome.cleanProbability)
      #expect((outcome.status == .kept) == (probability > summary.threshold))
    }
    for role in [PairRole.meta, .dev] {
      #expect(try fixture.outcomes(role).allSatisfy { $0.status == .kept && $0.reason == .trusted })
    }

    let measured = try fixture.stages.perform(
      EvaluateStage(EvaluateConfiguration(truth: fixture.truthPath)))
    let detection = try #require(measured.detection)
    let truth = Dictionary(
      uniqueKeysWithValues: try TruthFile.read(from: fixture.truthPath).map {
        ($0.key, $0.isMatch)
      })
    #expect(detection.pairs == TrainedFixture.harvested && detection.unscored == 0)
    #expect(detection.keptShare == Double(summary.kept) / Double(TrainedFixture.harvested))
    let keptMatches = outcomes.count { $0.status == .kept && truth[$0.key] == true }
    #expect(
      detection.keptPrecision
        == (summary.kept > 0 ? Double(keptMatches) / Double(summary.kept) : nil))
    #expect(detection.areaUnderROC == areaUnderROC(outcomes, truth))
    let retrieval = try #require(measured.retrieval)
    #expect(retrieval.images == TrainedFixture.dev && measured.retrievalRole == "dev")
    // Eight colours in 96 pictures: what is learned must be far from a coin's toss.
    #expect(try #require(detection.areaUnderROC) > 0.8)
  }

  /// Every matched pair against every mismatched one, ties half.
  private func areaUnderROC(_ outcomes: [PairOutcome], _ truth: [PairKey: Bool]) -> Double {
    var wins = 0.0
    var rounds = 0.0
    for good in outcomes where truth[good.key] == true {
      for bad in outcomes where truth[bad.key] == false {
        let (left, right) = (Float(good.similarity ?? 0), Float(bad.similarity ?? 0))
        wins += left > right ? 1 : left == right ? 0.5 : 0
        rounds += 1
      }
    }
    return wins / rounds
  }

  @Test func decidingAgainNeedsNoScoringAgain() throws {
    try fixture.prepare()
    try fixture.score()
    let before = try fixture.outcomes().map(\.similarity)
    #expect(try purify { $0.keepFraction = 0.25 }.kept == TrainedFixture.harvested / 4)
    #expect(try purify { $0.threshold = 1 }.kept == 0)
    #expect(try purify { $0.threshold = 0 }.kept == TrainedFixture.harvested)
    #expect(try purify { $0.targetPrecision = 0 }.kept == TrainedFixture.harvested)
    #expect(try fixture.outcomes().map(\.similarity) == before)
  }

  @Test func aRunCountsWhatItsOwnModelScored() throws {
    try fixture.prepare()
    try fixture.score()
    var other = TrainedFixture.configuration
    other.seed = 6
    try fixture.stages.perform(TrainStage(other), restarts: true)
    try fixture.stages.perform(ScoreStage(ScoreConfiguration()))
    try fixture.stages.perform(ScoreStage(ScoreConfiguration()), restarts: true)
    let database = try fixture.workspace.openDatabase(.reading)
    let runs = try database.runs().filter { $0.command == "score" }
    try database.close()
    let all = TrainedFixture.harvested + TrainedFixture.trusted + TrainedFixture.dev
    #expect(runs.map { $0.counts["ok"] } == [all, all, all])
    #expect(runs[0].configuration != runs[1].configuration)
    #expect(runs[1].configuration == runs[2].configuration)
  }

  @Test func whatIsUncertainCanBeLookedAt() throws {
    try fixture.prepare()
    try fixture.score()
    let summary = try purify { $0.cleanThreshold = 0.9999 }
    #expect(summary.uncertain > 0)
    var configuration = ExportConfiguration()
    configuration.decision = .rejected
    configuration.reason = .uncertain
    #expect(try fixture.stages.export(configuration).count { $0 == 0x0A } == summary.uncertain)
  }

  @Test func scoresOfAFormerModelAreNotMeasured() throws {
    try fixture.prepare()
    try fixture.score()
    _ = try purify()
    var other = TrainedFixture.configuration
    other.seed = 6
    try fixture.stages.perform(TrainStage(other), restarts: true)
    let error = #expect(throws: StagesError.self) {
      try fixture.stages.perform(EvaluateStage(EvaluateConfiguration()))
    }
    let path = fixture.workspace.path
    #expect(
      error?.description
        == "\(path): the scores are of a model that was trained before; run: winnow-score "
        + "--workspace \(path)")
  }

  @Test func alternativesExcludeEachOther() throws {
    let error = #expect(throws: StagesError.self) {
      try purify {
        $0.threshold = 0.5
        $0.keepFraction = 0.5
      }
    }
    #expect(
      error?.description
        == "purify: threshold: give only one of threshold, keep-fraction and target-precision")
  }

  @Test func theCommandToRunFirstIsNamed() throws {
    try fixture.prepare()
    let path = fixture.workspace.path
    let untrained = #expect(throws: StagesError.self) {
      try fixture.stages.perform(ScoreStage(ScoreConfiguration()))
    }
    #expect(
      untrained?.description
        == "\(path): there is no trained model yet; run: winnow-train --workspace \(path) --seed 1")
    let unscored = #expect(throws: StagesError.self) { try purify() }
    #expect(
      unscored?.description
        == "\(path): there are no scores yet; run: winnow-score --workspace \(path)")
    let undecided = #expect(throws: StagesError.self) {
      try fixture.stages.perform(EvaluateStage(EvaluateConfiguration()))
    }
    #expect(
      undecided?.description
        == "\(path): no pair is decided yet; run: winnow-purify --workspace \(path)")
  }

  @Test func aTruthOfOtherPairsIsRefused() throws {
    try fixture.prepare()
    try fixture.score()
    _ = try purify()
    let path = fixture.stages.folder.file("other.tsv")
    let key = PairKey(url: Array("x".utf8), caption: Array("y".utf8))
    try TruthFile.write([TruthRecord(key: key, isMatch: true, originalLine: 1)], to: path)
    let error = #expect(throws: StagesError.self) {
      try fixture.stages.perform(EvaluateStage(EvaluateConfiguration(truth: path)))
    }
    #expect(
      error?.description
        == "\(path): none of its keys is a harvested pair of \(fixture.workspace.path)")
  }
}
