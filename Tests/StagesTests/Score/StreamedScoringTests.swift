import Audit
import Foundation
import Pairs
import Synchronization
import Testing

@testable import Stages

/// Scoring with features that are not stored, against featurizing and scoring.
@Suite struct StreamedScoringTests {
  let fixture: StreamFixture

  init() throws { fixture = try StreamFixture() }

  @Test func theAuditEndsAsThatOfStoredFeatures() throws {
    let (stored, streamed) = (fixture.workspace("stored"), fixture.workspace("streamed"))
    let lines = try fixture.lines(scattered: true)
    try fixture.ingest(lines, into: stored)
    let featurized = try fixture.perform(fixture.trained.images.stage(), in: stored)
    try fixture.perform(ScoreStage(ScoreConfiguration(model: fixture.models)), in: stored)
    try fixture.ingest(lines, into: streamed)
    let before = fixture.trained.images.backbone.pictureCount
    let summary = try fixture.perform(fixture.streaming(), in: streamed)

    #expect(try fixture.rows(streamed) == fixture.rows(stored))
    #expect(try fixture.hashes(streamed) == fixture.hashes(stored))
    #expect(try fixture.counts(streamed) == fixture.counts(stored))
    let (expected, found) = (try fixture.scores(stored), try fixture.scores(streamed))
    #expect(expected.count > 500 && summary.scored == expected.count)
    #expect(StreamFixture.difference(expected, found) <= 1e-6)
    #expect(fixture.shardFiles(streamed) == [] && fixture.shardFiles(stored) != [])
    #expect(try streamed.openDatabase(.reading).storedFeatureCount() == 0)

    // Each content is looked at once, but for a few that are found far apart.
    let contents = Set(try fixture.rows(stored).map { $0.split(separator: " ")[2] }).count
    #expect(fixture.trained.images.backbone.pictureCount - before <= contents + 30)
    let pictures = try #require(summary.pictures)
    #expect(pictures.images == 317 + TrainedFixture.trusted)
    #expect(pictures.failed == featurized.failed && pictures.failed["missing_image"] == 1)
    #expect(pictures.images == featurized.images && pictures.shards == 0)
    // Both runs are measured, as those of two commands are.
    let runs = try streamed.openDatabase(.reading).runs()
    #expect(runs.suffix(2).map(\.command) == ["featurize", "score"])
    #expect(runs.suffix(2).map(\.done) == [pictures.images, summary.scored])
    #expect(runs.suffix(2).map(\.unit) == ["images", "pairs"])

    let decided = try [stored, streamed].map {
      var configuration = PurifyConfiguration()
      configuration.content.dropRepeated = true
      return try fixture.perform(PurifyStage(configuration), in: $0)
    }
    #expect(decided[0].kept == decided[1].kept && decided[0].nearImages == decided[1].nearImages)
    #expect(try fixture.rows(streamed) == fixture.rows(stored))
  }

  /// In the order of a manifest whose pictures have their captions beside each other, batches are the
  /// same, and so are the bits, however often the run is stopped.
  @Test func aKilledRunEndsWithTheSameBits() throws {
    let (stored, streamed) = (fixture.workspace("stored"), fixture.workspace("streamed"))
    let lines = try fixture.lines(scattered: false)
    try fixture.makeStored(lines, in: stored)
    try fixture.ingest(lines, into: streamed)
    var kills = 0
    for round in 0... {
      let left = Mutex(round % 3)
      let stage = fixture.streaming(afterTransaction: {
        try left.withLock { left in
          if left == 0 { throw StreamFixture.Killed() }
          left -= 1
        }
      })
      do {
        try fixture.perform(stage, in: streamed)
        break
      } catch is StreamFixture.Killed {
        kills += 1
        let report = try StatusReport(of: streamed)
        #expect(report.runs.filter { $0.endedAt == nil }.map(\.stage) == ["featurize", "score"])
        #expect(report.featuresStored == 0)
      }
    }
    #expect(kills >= 8)
    #expect(try fixture.scores(streamed) == fixture.scores(stored))
    #expect(try fixture.rows(streamed) == fixture.rows(stored))
    #expect(try fixture.counts(streamed) == fixture.counts(stored))
    let runs = try streamed.openDatabase(.reading).runs().count

    // Given again, with features or without, it has nothing to do.
    let again = try fixture.perform(fixture.streaming(), in: streamed)
    #expect(again.scored == 0 && again.pictures?.images == 0)
    #expect(try streamed.openDatabase(.reading).runs().count == runs)
    let plain = try fixture.perform(
      ScoreStage(ScoreConfiguration(model: fixture.models)), in: streamed)
    #expect(plain.scored == 0 && plain.scoredBefore == again.scoredBefore)
  }

  @Test func storedFeaturesAreUsedAndTheOthersCanBeStoredLater() throws {
    let (stored, streamed) = (fixture.workspace("stored"), fixture.workspace("streamed"))
    let lines = try fixture.lines(scattered: true)
    try fixture.ingestTrusted(into: stored)
    try fixture.makeStored(lines, in: stored)
    // The trusted pairs' features are stored beforehand.
    try fixture.ingestTrusted(into: streamed)
    try fixture.perform(fixture.trained.images.stage(), in: streamed)
    try fixture.ingest(lines, into: streamed)
    let backbone = fixture.trained.images.backbone
    var before = backbone.pictureCount
    try fixture.perform(fixture.streaming(), in: streamed)
    let distinct = Set(try fixture.rows(streamed).map { $0.split(separator: " ")[2] }).count
    #expect(backbone.pictureCount - before <= distinct + 30 - TrainedFixture.trusted)
    let scores = try fixture.scores(streamed)
    #expect(StreamFixture.difference(try fixture.scores(stored), scores) <= 1e-6)
    let kept = try streamed.openDatabase(.reading).storedFeatureCount()
    #expect(kept == TrainedFixture.trusted)
    #expect(try StatusReport(of: streamed).report.contains("stored features"))

    try fixture.perform(PurifyStage(PurifyConfiguration()), in: streamed)
    try requireRefusals(in: streamed)
    var export = ExportConfiguration(format: .webdataset, decision: .all)
    export.output = fixture.stages.folder.file("samples")
    #expect(try fixture.perform(ExportStage(export), in: streamed).lines > 500)

    before = backbone.pictureCount
    let summary = try fixture.perform(fixture.trained.images.stage(), in: streamed)
    #expect(summary.featurized > 200 && summary.featurized == backbone.pictureCount - before)
    #expect(try fixture.scores(streamed) == scores)
    let plain = try fixture.perform(
      ScoreStage(ScoreConfiguration(model: fixture.models)), in: streamed)
    #expect(plain.scored == 0 && plain.scoredBefore == scores.count)
    for workspace in [stored, streamed] {
      try fixture.perform(PurifyStage(PurifyConfiguration()), in: workspace)
      let explained = try fixture.perform(
        ExplainStage(ExplainConfiguration(pairs: 20)), in: workspace)
      #expect(explained.explained == 20)
    }
    #expect(try features(in: streamed) == features(in: stored))
    #expect(try fixture.perform(fixture.trained.images.stage(), in: streamed).images == 0)
  }

  @Test func retrievalIsNotMeasuredOnAPartOfTheTrustedPairs() throws {
    let workspace = fixture.workspace("streamed")
    try fixture.ingest([("a red picture", "train-0.png")], into: workspace)
    let dev = fixture.stages.folder.file("dev.tsv")
    try fixture.perform(IngestStage(IngestConfiguration(inputs: [dev], role: .dev)), in: workspace)
    try fixture.perform(fixture.streaming(), in: workspace)
    try fixture.perform(PurifyStage(PurifyConfiguration()), in: workspace)
    #expect {
      try fixture.perform(EvaluateStage(EvaluateConfiguration()), in: workspace)
    } throws: {
      "\($0)".contains("\(TrainedFixture.dev) dev pairs") && "\($0)".contains("winnow-featurize")
        && "\($0)".contains("--retrieval none")
    }
    let without = EvaluateStage(EvaluateConfiguration(retrieval: .none))
    #expect(try fixture.perform(without, in: workspace).retrieval == nil)
    try fixture.perform(fixture.trained.images.stage(), in: workspace)
    let measured = try fixture.perform(EvaluateStage(EvaluateConfiguration()), in: workspace)
    #expect(measured.retrieval?.images == TrainedFixture.dev)
  }

  /// What reads stored features names the command that stores them.
  private func requireRefusals(in workspace: Workspace) throws {
    func refused(_ body: () throws -> Void) -> String {
      do {
        try body()
        return "nothing was refused"
      } catch {
        return "\(error)"
      }
    }
    var export = ExportConfiguration(format: .precomp, decision: .all)
    export.output = fixture.stages.folder.file("arrays")
    for message in [
      refused { try fixture.perform(ExportStage(export), in: workspace) },
      refused {
        try fixture.perform(ExplainStage(ExplainConfiguration(pairs: 20)), in: workspace)
      },
    ] {
      #expect(message.contains("winnow-featurize"), "\(message)")
    }
  }

  /// The features of every pair, in order.
  private func features(in workspace: Workspace) throws -> [Float] {
    let pairs = try workspace.openDatabase(.reading).featurizedPairs(
      roles: Set(PairRole.allCases), limit: 10_000)
    return try FeatureStore(of: workspace).features(at: pairs.map(\.features)).elements
  }

  @Test func aRestartLooksAtPicturesAnew() throws {
    let workspace = fixture.workspace("streamed")
    try fixture.ingest(
      [("a red picture", "late.png"), ("a blue one", "train-2.png")], into: workspace)
    try fixture.perform(fixture.streaming(), in: workspace)
    #expect(try fixture.rows(workspace)[0].contains("missing_image"))
    try fixture.stages.folder.write(GeneratedImage.png(color: (230, 20, 20)), to: "late.png")
    let again = try fixture.perform(fixture.streaming(), in: workspace)
    #expect(again.scored == 0)
    let anew = try fixture.perform(fixture.streaming(), in: workspace, restarts: true)
    #expect(anew.scored == 2 + TrainedFixture.trusted && anew.scoredBefore == 0)
    #expect(try fixture.rows(workspace)[0].contains("pending"))

    // A picture that is another one now is not scored under its name with another model's features.
    try fixture.stages.folder.write(GeneratedImage.png(color: (20, 20, 230)), to: "late.png")
    let database = try workspace.openDatabase(.writing)
    try database.discardScores()
    try database.close()
    #expect {
      try fixture.perform(fixture.streaming(), in: workspace)
    } throws: {
      "\($0)".contains("late.png") && "\($0)".contains("--restart")
    }
    #expect {
      try fixture.perform(fixture.trained.images.stage(), in: workspace)
    } throws: {
      "\($0)".contains("late.png")
    }
  }

  @Test func streamedShardsAreUnitedAsStoredOnesAre() throws {
    let lines = try fixture.lines(scattered: true)
    let text = lines.map { "\($0.caption)\t\($0.name)\n" }.joined()
    let input = try fixture.stages.manifest(Array(text.utf8), name: "harvested.tsv")
    for kind in ["stored", "streamed"] {
      let shards = (0..<2).map { fixture.workspace("\(kind)-\($0)") }
      for (index, shard) in shards.enumerated() {
        try fixture.perform(
          IngestStage(
            IngestConfiguration(inputs: [input], shard: ManifestShards([index], of: 2))),
          in: shard)
        try fixture.ingestTrusted(into: shard)
        if kind == "stored" {
          try fixture.perform(fixture.trained.images.stage(), in: shard)
          try fixture.perform(ScoreStage(ScoreConfiguration(model: fixture.models)), in: shard)
        } else {
          try fixture.perform(fixture.streaming(), in: shard)
        }
      }
      try fixture.perform(
        MergeStage(MergeConfiguration(shards: shards.map(\.path))), in: fixture.workspace(kind))
    }
    let (stored, streamed) = (fixture.workspace("stored"), fixture.workspace("streamed"))
    #expect(try fixture.rows(streamed) == fixture.rows(stored))
    #expect(try streamed.featurizerDescription() == stored.featurizerDescription())
    let difference = StreamFixture.difference(
      try fixture.scores(stored), try fixture.scores(streamed))
    #expect(difference <= 1e-6)
    #expect(try StatusReport(of: streamed).featuresStored == nil)
    // Of a stored shard and a streamed one no less.
    let mixed = ["stored-0", "streamed-1"].map { fixture.workspace($0).path }
    try fixture.perform(
      MergeStage(MergeConfiguration(shards: mixed)), in: fixture.workspace("mixed"))
    #expect(try fixture.rows(fixture.workspace("mixed")) == fixture.rows(stored))
  }
}
