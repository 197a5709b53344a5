import Audit
import Foundation
import Pairs
import Testing

@testable import Stages

@Suite struct MergeStageTests {
  /// Two shards that were ingested and no more.
  private struct Ingested {
    let fixture: StageFixture
    let shards: [Workspace]

    init() throws {
      fixture = try StageFixture()
      let folder = fixture.folder
      let input = try fixture.manifest(StageFixture.hostileManifest)
      shards = (0..<2).map { Workspace(path: folder.file("shard-\($0)")) }
      for (index, shard) in shards.enumerated() {
        _ = try IngestStage(
          IngestConfiguration(inputs: [input], shard: ManifestShards([index], of: 2))
        ).perform(in: shard, context: fixture.context(), command: "test")
      }
    }

    var configuration: MergeConfiguration { MergeConfiguration(shards: shards.map(\.path)) }
  }

  @Test func whatIsUnitedIsTheWholeAndIsDoneOnce() throws {
    let ingested = try Ingested()
    let fixture = ingested.fixture
    let summary = try fixture.perform(MergeStage(ingested.configuration))
    #expect(summary.lines == 16 && !summary.wasDone)
    #expect(try fixture.export(ExportConfiguration(decision: .all)) == StageFixture.hostileManifest)
    let whole = try StageFixture()
    let input = try whole.manifest(StageFixture.hostileManifest)
    try whole.perform(IngestStage(IngestConfiguration(inputs: [input])))
    #expect(try fixture.outcomes() == whole.outcomes())

    var backwards = ingested.configuration
    backwards.shards.reverse()
    #expect(try fixture.perform(MergeStage(backwards)).wasDone)
    #expect(try !fixture.perform(MergeStage(backwards), restarts: true).wasDone)
    // A shard that changed is taken anew.
    let other = try fixture.manifest(Array("x\ty.jpg\n".utf8), name: "n.tsv")
    _ = try IngestStage(IngestConfiguration(inputs: [other], role: .dev)).perform(
      in: ingested.shards[1], context: fixture.context(), command: "test")
    #expect(try fixture.perform(MergeStage(backwards)).lines == 17)
    #expect(try fixture.outcomes().count == 17)
  }

  @Test func aKilledMergeLeavesWhatWasThere() throws {
    struct Killed: Error {}
    let ingested = try Ingested()
    let fixture = ingested.fixture
    let killed = MergeStage(ingested.configuration, beforeReplacing: { throw Killed() })
    #expect(throws: Killed.self) { try fixture.perform(killed) }
    #expect(!FileManager.default.fileExists(atPath: fixture.workspace.databasePath))
    // As a kill in the middle of writing leaves it; no process has this number.
    let leftovers = ["merge.json", "models/calibration.json", "features/featurizer.json"].map {
      "run/\($0).partial-4194305-1"
    }
    for folder in [fixture.workspace.modelsPath, fixture.workspace.featuresPath] {
      try fixture.workspace.create(folder: folder)
    }
    for name in leftovers { try fixture.folder.write([0x7B], to: name) }
    try fixture.perform(MergeStage(ingested.configuration))
    #expect(
      leftovers.allSatisfy { !FileManager.default.fileExists(atPath: fixture.folder.file($0)) })
    let before = try fixture.outcomes()
    let other = try fixture.manifest(Array("x\ty.jpg\n".utf8), name: "n.tsv")
    _ = try IngestStage(IngestConfiguration(inputs: [other], role: .dev)).perform(
      in: ingested.shards[0], context: fixture.context(), command: "test")
    #expect(throws: Killed.self) { try fixture.perform(killed) }
    #expect(try fixture.outcomes() == before)
    #expect(try fixture.perform(MergeStage(ingested.configuration)).lines == 17)
    let names = try FileManager.default.contentsOfDirectory(atPath: fixture.workspace.path)
    #expect(!names.contains { $0.contains("merging") }, "\(names)")
  }

  /// Whoever has the united workspace open reads on, and what he says there is not lost.
  @Test func reviewersGoOnWhileTheWorkspaceIsMadeAnew() throws {
    let ingested = try Ingested()
    let fixture = ingested.fixture
    try fixture.perform(MergeStage(ingested.configuration))
    let open = try fixture.workspace.openDatabase(.writing)
    let pair = try #require(try open.outcomes(roles: [.train], limit: 1).first).pairID
    @Sendable func review(_ note: String) throws {
      try open.store(
        review: ReviewRequest(
          pairID: pair, verdict: .kept, note: note, reviewer: "me",
          at: Date(timeIntervalSince1970: 0)))
    }
    try review("before")
    let merge = MergeStage(ingested.configuration, beforeReplacing: { try review("meanwhile") })
    try fixture.perform(merge, restarts: true)
    try review("after")
    #expect(
      try open.reviews(ofPair: pair).map(\.note) == ["before", "meanwhile", "after"])
    try fixture.perform(MergeStage(ingested.configuration), restarts: true)
    #expect(
      try fixture.workspace.openDatabase(.reading).reviews(ofPair: pair).map(\.note)
        == ["before", "meanwhile", "after"])
  }

  @Test func whatCannotBeUnitedIsRefused() throws {
    let ingested = try Ingested()
    let fixture = ingested.fixture
    func problem(_ configuration: MergeConfiguration, in workspace: Workspace? = nil) -> String {
      let error = #expect(throws: (any Error).self) {
        try MergeStage(configuration).perform(
          in: workspace ?? fixture.workspace, context: fixture.context(), command: "test")
      }
      return error.map { "\($0)" } ?? ""
    }
    let paths = ingested.shards.map(\.path)
    #expect(problem(MergeConfiguration(shards: [])).contains("name at least one workspace"))
    #expect(
      problem(MergeConfiguration(shards: [paths[0], paths[0] + "/"])).contains("named twice"))
    #expect(
      problem(ingested.configuration, in: ingested.shards[0]).contains("is the workspace to make"))
    #expect(
      problem(MergeConfiguration(shards: [fixture.folder.file("none")])).contains("winnow-ingest"))
    let ordinary = Workspace(path: fixture.folder.file("shard-2"))
    try FileManager.default.copyItem(atPath: paths[0], toPath: ordinary.path)
    #expect(
      problem(MergeConfiguration(shards: [paths[1]]), in: ordinary).contains(
        "is a workspace of its own"))
    let lock = try ingested.shards[1].lock(for: "winnow-score")
    #expect(problem(ingested.configuration).contains("being written to by winnow-score"))
    lock.release()
    #expect(!FileManager.default.fileExists(atPath: fixture.workspace.databasePath))

    try fixture.perform(MergeStage(ingested.configuration))
    let advice = "was united by winnow-merge and holds no pictures, features or networks; run "
    let input = fixture.folder.file("m.tsv")
    let refused = #expect(throws: StagesError.self) {
      try fixture.perform(IngestStage(IngestConfiguration(inputs: [input])))
    }
    #expect(refused?.description.contains(advice + "winnow-ingest in its shards") == true)
    for error in [
      #expect(throws: StagesError.self) { try fixture.perform(FetchStage(FetchConfiguration())) },
      #expect(throws: StagesError.self) { try fixture.perform(ScoreStage(ScoreConfiguration())) },
      #expect(throws: StagesError.self) {
        try fixture.perform(TrainStage(TrainConfiguration(seed: 1)))
      },
    ] { #expect(error?.description.contains(advice) == true) }
    var precomputed = ExportConfiguration(decision: .all)
    precomputed.format = .precomp
    let export = #expect(throws: StagesError.self) { try fixture.export(precomputed) }
    #expect(export?.description.contains("the features are in its shards") == true)
  }

  @Test func differentFeaturesAndSettingsAreNamed() throws {
    let fixture = try ShardedFixture(count: 2)
    try fixture.makeShards()
    let path = fixture.shard(1).path
    try fixture.perform(
      fixture.whole.images.stage(FeaturizeConfiguration(grid: 1, workers: 2, batch: 2)),
      in: fixture.shard(1), restarts: true)
    let error = #expect(throws: AuditError.self) { try fixture.merge() }
    #expect(
      error?.description
        == "cannot be united: the grid of the features differs: \(fixture.shard(0).path) has 2, "
        + "\(path) has 1")
    let ingested = try Ingested()
    for (index, shard) in ingested.shards.enumerated() {
      let database = try shard.openDatabase(.writing)
      var configuration = FetchConfiguration()
      configuration.maximumMegabytes = 10 + index
      let run = try database.beginRun(
        RunRequest(
          command: "fetch", configuration: try configuration.json(), programVersion: "test",
          seed: nil, startedAt: Date(timeIntervalSince1970: 0)))
      try database.finishRun(run, at: Date(timeIntervalSince1970: 0))
      try database.close()
    }
    let fetched = #expect(throws: AuditError.self) {
      try ingested.fixture.perform(MergeStage(ingested.configuration))
    }
    #expect(
      fetched?.description
        == "cannot be united: max-megabytes of winnow-fetch differs: \(ingested.shards[0].path) has "
        + "10, \(ingested.shards[1].path) has 11")
  }
}
