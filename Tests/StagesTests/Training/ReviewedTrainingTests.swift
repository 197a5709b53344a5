import Audit
import Foundation
import Models
import Pairs
import Testing

@testable import Stages

/// Training, scoring and purifying with what reviewers said.
@Suite struct ReviewedTrainingTests {
  let fixture: TrainedFixture

  init() throws { fixture = try TrainedFixture() }

  private static var configuration: TrainConfiguration {
    var configuration = TrainedFixture.configuration
    configuration.metaFromReviews = true
    return configuration
  }

  /// Says the truth of the first harvested pairs: every fourth is a mismatch.
  private func review(_ count: Int) throws {
    for index in 0..<count {
      try fixture.stages.review(
        Int64(index + 1), index.isMultiple(of: 4) ? .rejected : .kept)
    }
  }

  private func problem(_ configuration: TrainConfiguration) -> String {
    do {
      _ = try fixture.stages.perform(TrainStage(configuration))
      return "nothing"
    } catch { return "\(error)" }
  }

  @Test func reviewedPairsAreEnoughToTrainWith() throws {
    try fixture.prepare(trusted: 0)
    try review(66)
    #expect(problem(Self.configuration).contains("at least 50 trusted pairs and found 49"))
    try review(68)
    let summary = try fixture.stages.perform(TrainStage(Self.configuration))
    #expect(summary.reviews == TrainSummary.Reviews(trusted: 51, kept: 51, rejected: 17))
    #expect(
      summary.report.contains(
        "trusted pairs     51, 51 of them reviewed\nknown mismatches  17\n"))
    // Without being asked, training takes no notice of them.
    #expect(problem(TrainedFixture.configuration).contains("and found 0"))
    try fixture.stages.perform(ScoreStage(ScoreConfiguration()))
    let calibration = try Calibration.read(in: fixture.workspace)
    // The 17 known mismatches, and one for each of the 28 pairs that nobody reviewed.
    #expect(calibration.matched.a.count == 51 && calibration.mismatched.a.count == 45)
    #expect(try fixture.stages.perform(PurifyStage(PurifyConfiguration())).kept > 0)
  }

  @Test func otherReviewsAreAnotherTraining() throws {
    try fixture.prepare()
    try review(8)
    let first = try fixture.stages.perform(TrainStage(Self.configuration))
    #expect(first.reviews == TrainSummary.Reviews(trusted: 62, kept: 6, rejected: 2))
    #expect(try fixture.stages.perform(TrainStage(Self.configuration)).wasDone)
    // The same said again, and by another, changes nothing.
    try fixture.stages.review(2, .kept, note: "still")
    #expect(try fixture.stages.perform(TrainStage(Self.configuration)).wasDone)

    try fixture.stages.review(2, .withdrawn)
    #expect(problem(Self.configuration).contains("use `--restart` to discard it"))
    // What was trained is still there, and calibrates on the reviews it was trained with.
    try fixture.stages.perform(ScoreStage(ScoreConfiguration()))
    #expect(try Calibration.read(in: fixture.workspace).matched.a.count == 62)
    let second = try fixture.stages.perform(TrainStage(Self.configuration), restarts: true)
    #expect(second.reviews?.kept == 5 && second.model != first.model)
    try fixture.stages.perform(ScoreStage(ScoreConfiguration()))
    #expect(try Calibration.read(in: fixture.workspace).matched.a.count == 61)

    // And without them it is the training that it always was.
    let plain = try fixture.stages.perform(
      TrainStage(TrainedFixture.configuration), restarts: true)
    #expect(plain.reviews == nil)
    let reviews = ModelFolder(workspace: fixture.workspace).reviewsPath
    #expect(!FileManager.default.fileExists(atPath: reviews))
    let other = try TrainedFixture()
    try other.prepare()
    #expect(
      try other.stages.perform(TrainStage(TrainedFixture.configuration)).model == plain.model)
    try fixture.stages.perform(ScoreStage(ScoreConfiguration()))
    #expect(
      try Calibration.read(in: fixture.workspace).matched.a.count == TrainedFixture.trusted)
  }

  @Test func reviewedPairsAreUsedForWhatWasSaid() throws {
    try fixture.prepare()
    try review(8)
    let database = try fixture.workspace.openDatabase(.reading)
    let pairs = try WorkspacePairs(
      of: database, roles: [.train, .meta, .dev], reviews: TrainingReviews(of: database))
    #expect(pairs.count(.role(.train)) == TrainedFixture.harvested - 8)
    #expect(pairs.count(.role(.meta)) == TrainedFixture.trusted + 6)
    #expect(pairs.count(.mismatched) == 2 && pairs.reviewedAsKept == 6)
    let plain = try WorkspacePairs(of: database, roles: [.train, .meta, .dev])
    #expect(plain.count(.mismatched) == 0 && plain.fingerprint != pairs.fingerprint)
    // A review adds no word to the vocabulary and takes none away.
    #expect(
      try pairs.vocabulary(minimumCount: 1) == plain.vocabulary(minimumCount: 1))
    try database.close()
  }

  @Test func aReviewOutranksTheModelAndSurvivesPurifyingAgain() throws {
    try fixture.prepare()
    try fixture.score()
    var configuration = PurifyConfiguration()
    configuration.keepFraction = 0.5
    try fixture.stages.perform(PurifyStage(configuration))
    let outcomes = try fixture.outcomes()
    let kept = try #require(outcomes.first { $0.status == .kept })
    let rejected = try #require(outcomes.first { $0.status == .rejected })
    try fixture.stages.review(kept.pairID, .rejected)
    try fixture.stages.review(rejected.pairID, .kept)

    func check(_ threshold: Double) throws {
      let text = String(
        decoding: try fixture.stages.export(ExportConfiguration(format: .jsonl, decision: .all)),
        as: UTF8.self)
      for (pair, verdict) in [(kept, "rejected"), (rejected, "kept")] {
        let line = try #require(text.split(separator: "\n").first { $0.contains("\(pair.key)") })
        #expect(line.contains(#""status":"\#(verdict)""#), "\(threshold)")
        #expect(line.contains(#""verdict":"\#(verdict)""#))
        #expect(line.contains(#""similarity_a":"#) && line.contains(#""similarity_b":"#))
      }
      let manifest = try fixture.stages.export(ExportConfiguration())
      let lines = String(decoding: manifest, as: UTF8.self).split(separator: "\n")
      #expect(lines.contains { $0.hasSuffix("train-\(rejected.line - 1).png") })
      #expect(!lines.contains { $0.hasSuffix("train-\(kept.line - 1).png") })
    }
    try check(0.5)
    for threshold in [0.0, 1.0] {
      var configuration = PurifyConfiguration()
      configuration.threshold = threshold
      try fixture.stages.perform(PurifyStage(configuration))
      try check(threshold)
    }
  }

  @Test func reviewsThatCannotBeReadAreNamed() throws {
    try fixture.prepare()
    try review(4)
    try fixture.stages.perform(TrainStage(Self.configuration))
    let path = ModelFolder(workspace: fixture.workspace).reviewsPath
    try fixture.stages.folder.write(Array("{}\n".utf8), to: "run/models/reviews.jsonl")
    let changed = #expect(throws: StagesError.self) {
      try fixture.stages.perform(ScoreStage(ScoreConfiguration()))
    }
    #expect(
      changed?.description
        == "\(path): was changed since it was written; run winnow-train again, with the options that "
        + "it was given, to write it anew")
    let error = #expect(throws: StagesError.self) { try TrainingReviews(readFrom: path) }
    #expect(
      error?.description
        == "\(path): the reviews that the model was trained with cannot be read; run winnow-train "
        + "with --restart")
  }
}
