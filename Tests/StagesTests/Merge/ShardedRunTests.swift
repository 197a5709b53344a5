import Audit
import Foundation
import Models
import Pairs
import Testing

@testable import Stages

/// A run in shards against the same run as a whole.
@Suite struct ShardedRunTests {
  @Test func aShardedRunEndsAsTheWholeDoes() throws {
    let fixture = try ShardedFixture()
    try fixture.perform(ScoreStage(ScoreConfiguration()), in: fixture.whole.workspace)
    let decided = try fixture.perform(
      PurifyStage(PurifyConfiguration()), in: fixture.whole.workspace)
    try fixture.makeShards()
    let summary = try fixture.merge()
    #expect(summary.lines == TrainedFixture.harvested + TrainedFixture.trusted + TrainedFixture.dev)
    #expect(summary.sources.allSatisfy { $0.shards == nil } && !summary.hasDecisions)
    let purified = try fixture.perform(PurifyStage(PurifyConfiguration()), in: fixture.merged)
    #expect((purified.kept, purified.rejected) == (decided.kept, decided.rejected))
    #expect(purified.nearImages == decided.nearImages)

    let expected = try fixture.outcomes(fixture.whole.workspace)
    let united = try fixture.outcomes(fixture.merged)
    #expect(expected.count == united.count)
    for (key, outcome) in expected {
      let other = try #require(united[key])
      #expect(outcome.line == other.line)
      #expect(outcome.status == other.status && outcome.reason == other.reason)
      let (similarity, same) = (outcome.similarity ?? 9, other.similarity ?? 99)
      #expect(abs(similarity - same) <= 1e-5)
    }
    // And the files that come of it are the same.
    for decision in [ExportConfiguration.Decision.kept, .all] {
      let files = try [fixture.whole.workspace, fixture.merged].map { workspace in
        var configuration = ExportConfiguration(decision: decision)
        configuration.output = fixture.whole.stages.folder.file("out.tsv")
        try fixture.perform(ExportStage(configuration), in: workspace)
        return try fixture.whole.stages.folder.read("out.tsv")
      }
      #expect(files[0] == files[1] && !files[0].isEmpty)
    }
    let report = try StatusReport(of: fixture.merged)
    #expect(report.mergedFrom == fixture.shards)
    #expect(report.report.contains("united from"))
    #expect(report.runs.map(\.stage).sorted() == ["featurize", "ingest", "purify", "score"])
  }

  /// One shard alone, decided with the mixtures of the whole.
  @Test func aShardIsDecidedAsTheWholeIs() throws {
    let fixture = try ShardedFixture()
    try fixture.makeShards()
    try fixture.merge()
    let summary = try fixture.perform(PurifyStage(PurifyConfiguration()), in: fixture.merged)
    let file = try fixture.whole.stages.folder.write(
      try JSONEncoder().encode(summary), to: "mixtures.json")
    let united = try fixture.outcomes(fixture.merged)
    var decided = 0
    for index in 0..<fixture.count {
      for source in [fixture.merged.path, file] {
        var configuration = PurifyConfiguration()
        configuration.mixtureFrom = source
        let own = try fixture.perform(PurifyStage(configuration), in: fixture.shard(index))
        #expect(own.mixtures == summary.mixtures)
        for (key, outcome) in try fixture.outcomes(fixture.shard(index)) {
          let other = try #require(united[key])
          #expect(outcome.status == other.status && outcome.reason == other.reason)
          #expect(outcome.cleanProbability == other.cleanProbability)
          decided += 1
        }
      }
    }
    #expect(decided == 2 * TrainedFixture.harvested)
    // All by one rule now: the next merge takes their decisions over.
    #expect(try fixture.merge().hasDecisions)
    #expect(try fixture.outcomes(fixture.merged).mapValues(\.status) == united.mapValues(\.status))
  }

  @Test func mixturesOfAnotherKindAreRefused() throws {
    let fixture = try ShardedFixture(count: 1)
    try fixture.makeShards()
    let shard = fixture.shard(0)
    var configuration = PurifyConfiguration()
    func problem() throws -> String? {
      (#expect(throws: StagesError.self) {
        try fixture.perform(PurifyStage(configuration), in: shard)
      })?.description
    }
    configuration.mixtureFrom = shard.path
    #expect(try problem()?.contains("no pair was decided on yet") == true)
    try fixture.perform(PurifyStage(PurifyConfiguration(consensus: false)), in: shard)
    #expect(
      try problem()
        == "purify: mixture-from: it was decided by beta-mixture, with one mixture; give "
        + "--no-consensus")
    configuration.keepFraction = 0.5
    #expect(try problem()?.hasPrefix("purify: keep-fraction: is a share of these pairs") == true)
    configuration.keepFraction = nil
    configuration.mixtureFrom = try fixture.whole.stages.folder.write(
      Array(#"{"rule": "consensus", "model": "x", "mixtures": []}"#.utf8), to: "x.json")
    #expect(try problem()?.contains("its mixtures are of model x, the scores here of ") == true)
    configuration.mixtureFrom = try fixture.whole.stages.folder.write(
      Array("{}".utf8), to: "y.json")
    #expect(try problem()?.contains("holds no mixtures") == true)
  }

  /// The calibration belongs to the model, so it is the same in every shard.
  @Test func shardsTakeTheModelsCalibrationOver() throws {
    let fixture = try ShardedFixture(count: 2)
    let trained = try #require(try Calibration.stored(in: ModelFolder(path: fixture.models)))
    try fixture.makeShards()
    for index in 0..<2 {
      var own = try Calibration.read(in: fixture.shard(index))
      #expect(own.reference?.path == fixture.models)
      own.reference = nil
      #expect(own == trained)
    }
    let summary = try fixture.perform(ScoreStage(ScoreConfiguration()), in: fixture.whole.workspace)
    #expect(summary.isModelsCalibration)
    #expect(try Calibration.read(in: fixture.whole.workspace) == trained)
    // Made of the pairs at hand where there is none, as it is for a published checkpoint.
    try FileManager.default.removeItem(atPath: fixture.models + "/calibration.json")
    let without = try fixture.perform(
      ScoreStage(ScoreConfiguration(model: fixture.models)), in: fixture.shard(0))
    #expect(!without.isModelsCalibration)
    let error = #expect(throws: AuditError.self) { try fixture.merge() }
    #expect(
      error?.description.hasPrefix(
        "cannot be united: the calibration of the model differs: \(fixture.shard(0).path) has one ")
        == true)
  }

  @Test func aSampleIsChosenByKeysAlone() throws {
    let fixture = try ShardedFixture(count: 1, sample: 20)
    let summary = try fixture.perform(
      TrainStage(
        {
          var configuration = TrainedFixture.configuration
          configuration.sample = 20
          return configuration
        }()), in: fixture.whole.workspace)
    #expect(summary.wasDone)
    #expect(summary.sample == .init(pairs: 20, harvested: TrainedFixture.harvested))
    #expect(summary.report.contains("20 of 96 harvested pairs"))
    // Another sample is another training.
    let all = try fixture.perform(
      TrainStage(TrainedFixture.configuration), in: fixture.whole.workspace, restarts: true)
    #expect(all.model != summary.model && all.sample == nil)

    let database = try fixture.whole.workspace.openDatabase(.reading)
    let pairs = try WorkspacePairs(of: database, roles: [.train, .meta, .dev], sample: 20)
    #expect(pairs.count(.role(.train)) == 20)
    #expect(pairs.count(.role(.meta)) == TrainedFixture.trusted)
    let more = try WorkspacePairs(of: database, roles: [.train], sample: 1000)
    #expect(more.count(.role(.train)) == TrainedFixture.harvested)
    #expect(more.sample == .init(pairs: 96, harvested: 96))
  }

  @Test func keySamplesAreTheFirstOfTheirOrder() {
    var generator = SystemRandomNumberGenerator()
    let keys = (0..<20_000).map { _ in
      PairKey(
        high: .random(in: 0...3, using: &generator), low: .random(in: 0...9999, using: &generator))
    }
    var sample = KeySample(count: 100)
    var ranks: [KeySample.Rank] = []
    for (index, key) in keys.enumerated() {
      ranks.append(KeySample.Rank(key, pairID: Int64(index)))
      sample.add(ranks[index])
    }
    #expect(sample.last() == ranks.sorted()[99])
    var small = KeySample(count: 3)
    for rank in ranks.prefix(3) { small.add(rank) }
    #expect(small.last() == nil && small.offered == 3)
  }
}
