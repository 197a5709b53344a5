import Foundation
import Testing

@testable import Stages

@Suite struct FeaturizePreparationTests {
  let fixture: FeaturizeFixture

  init() throws {
    fixture = try FeaturizeFixture()
    try fixture.ingest(FeaturizeFixture.mixture())
  }

  @Test func anotherFeaturizerNeedsARestart() throws {
    try fixture.stages.perform(fixture.stage())
    let before = try fixture.shards()
    let other = fixture.stage(FeaturizeConfiguration(grid: 3, workers: 1))
    let error = #expect(throws: StagesError.self) { try fixture.stages.perform(other) }
    #expect(
      error?.description
        == "\(fixture.workspace.featuresPath): 17 images were featurized in another way: grid was"
        + " 2, now 3; give the former options, or --restart to featurize all 17 anew and discard"
        + " their scores and decisions")
    #expect(try fixture.shards() == before)
    let summary = try fixture.stages.perform(other, restarts: true)
    #expect(summary.images == 17 && summary.knownImages == 0)
    let store = try FeatureStore(of: fixture.workspace)
    #expect(store.regions == 9 && store.dimension == 3)
    #expect(try store.features(at: fixture.featurized().map(\.features)).shape == [9, 9, 3])
  }

  @Test func tooLittleDiskIsSaidBeforeAnythingIsWritten() throws {
    // 17 images of 4 regions × 3 numbers × 2 bytes.
    let error = #expect(throws: StagesError.self) {
      try fixture.stages.perform(fixture.stage(freeBytes: 407))
    }
    #expect(
      error?.description
        == "\(fixture.workspace.featuresPath): the features of 17 images need up to 408 bytes (24"
        + " bytes an image), 407 bytes are free on the disk; make room, or use a smaller --grid")
    #expect(try fixture.shards().isEmpty && fixture.backbone.pictureCount == 0)
    #expect(try fixture.stages.perform(fixture.stage(freeBytes: 408)).images == 17)
  }

  @Test func missingWeightsNameTheSetup() throws {
    let path = fixture.stages.folder.file("no.pth")
    let error = #expect(throws: StagesError.self) {
      try fixture.stages.perform(FeaturizeStage(FeaturizeConfiguration(weights: path)))
    }
    #expect(
      error?.description
        == "\(path): there are no lite0 weights; run `make setup` in the project's folder, or name"
        + " the file with --weights")
  }

  @Test func beforeIngestTheCommandToRunIsNamed() throws {
    let empty = try FeaturizeFixture()
    let error = #expect(throws: StagesError.self) { try empty.stages.perform(empty.stage()) }
    #expect(error?.description.contains("run: winnow-ingest --workspace") == true)
    #expect(!FileManager.default.fileExists(atPath: empty.workspace.path))
  }

  @Test(arguments: [
    (FeaturizeConfiguration(grid: 8), "featurize: grid: is 8, but must be 1 to 7"),
    (FeaturizeConfiguration(grid: 0), "featurize: grid: is 0, but must be 1 to 7"),
    (FeaturizeConfiguration(workers: 0), "featurize: workers: is 0, but must be 1 to 1024"),
    (FeaturizeConfiguration(batch: 0), "featurize: batch: is 0, but must be 1 to 512"),
  ])
  func impossibleValuesAreRefused(configuration: FeaturizeConfiguration, message: String) {
    let error = #expect(throws: StagesError.self) { try configuration.validate() }
    #expect(error?.description == message)
  }

  @Test func aMissingShardIsNamed() throws {
    try fixture.stages.perform(fixture.stage())
    let path = fixture.workspace.shardPath(1)
    try FileManager.default.removeItem(atPath: path)
    let error = #expect(throws: StagesError.self) { try fixture.stages.perform(fixture.stage()) }
    #expect(error?.description.hasPrefix("\(path): the shard is gone; put it back") == true)
  }
}
