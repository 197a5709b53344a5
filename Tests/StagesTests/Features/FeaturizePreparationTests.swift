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

  @Test func withoutRoomForADamagedShardNothingIsForgotten() throws {
    try fixture.stages.perform(fixture.stage())
    let before = try fixture.featurized()
    let lost = Set(before.map(\.features)).count { $0.shard == 1 }
    try FileManager.default.removeItem(atPath: fixture.workspace.shardPath(1))
    let error = #expect(throws: StagesError.self) {
      try fixture.stages.perform(fixture.stage(freeBytes: Int64(24 * lost - 1)))
    }
    #expect(error?.description.contains("the features of \(lost) images need up to") == true)
    #expect(try fixture.featurized().map(\.features) == before.map(\.features))
    let summary = try fixture.stages.perform(fixture.stage(freeBytes: Int64(24 * lost)))
    #expect(summary.featurized == lost)
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

  /// Gone, cut, one bit turned over, another shard's content: each is named, and that shard alone is
  /// made again, byte for byte, with every row where it was.
  @Test(arguments: 0..<4) func aDamagedShardIsMadeAnewAlone(damage: Int) throws {
    try fixture.stages.perform(fixture.stage())
    let before = try fixture.featurized()
    let features = try FeatureStore(of: fixture.workspace).features(at: before.map(\.features))
    let shards = try fixture.shards()
    let name = "shard-00001.safetensors"
    let path = fixture.workspace.shardPath(1)
    var bytes = try #require(shards[name])
    switch damage {
    case 0: try FileManager.default.removeItem(atPath: path)
    case 1: try fixture.stages.folder.write(bytes.dropLast(3), to: "run/features/\(name)")
    case 2:
      bytes[bytes.count - 5] ^= 0x10
      try fixture.stages.folder.write(bytes, to: "run/features/\(name)")
    default:
      let other = try #require(shards["shard-00000.safetensors"])
      try fixture.stages.folder.write(other, to: "run/features/\(name)")
    }
    if damage == 2 {
      let error = #expect(throws: StagesError.self) {
        try FeatureStore(of: fixture.workspace).features(at: before.map(\.features))
      }
      #expect(
        error?.description
          == "\(path): was changed since it was written: its checksum is another; run "
          + "winnow-featurize to make it anew")
    }

    let summary = try fixture.stages.perform(fixture.stage())
    #expect(summary.damagedShards == [path])
    #expect(summary.report.contains("damaged, made anew"))
    #expect(summary.featurized > 0 && summary.featurized < before.count)
    let after = try fixture.featurized()
    #expect(after.map(\.key) == before.map(\.key))
    #expect(
      try FeatureStore(of: fixture.workspace).features(at: after.map(\.features)).elements
        == features.elements)
    #expect(try fixture.shards() == shards)
    #expect(after.map(\.features) == before.map(\.features))
    #expect(after.map(\.imageID) == before.map(\.imageID))
    #expect(try fixture.stages.perform(fixture.stage()).damagedShards == [])
  }

  /// What cannot be made as it was is looked at again.
  @Test func aDamagedShardOfChangedPicturesIsMadeOfWhatIsThere() throws {
    try fixture.stages.perform(fixture.stage())
    let before = try fixture.featurized()
    let changed = try #require(
      before.first { pair in
        pair.features.shard == 1 && before.count { $0.imageID == pair.imageID } == 1
      })
    let line = try #require(before.firstIndex { $0.features == changed.features })
    let name = FeaturizeFixture.mixture()[Int(before[line].pairID) - 1].name
    try fixture.stages.folder.write(GeneratedImage.png(color: (7, 7, 7)), to: name)
    try FileManager.default.removeItem(atPath: fixture.workspace.shardPath(1))
    let summary = try fixture.stages.perform(fixture.stage())
    #expect(summary.damagedShards == [fixture.workspace.shardPath(1)])
    let after = try fixture.featurized()
    #expect(after.map(\.key) == before.map(\.key))
    #expect(after[line].imageDigest != before[line].imageDigest)
    #expect(try fixture.stages.perform(fixture.stage()).damagedShards == [])
  }
}
