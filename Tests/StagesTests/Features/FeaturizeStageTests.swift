import Audit
import Foundation
import Pairs
import Synchronization
import Testing

@testable import Stages

@Suite struct FeaturizeStageTests {
  let fixture: FeaturizeFixture

  init() throws { fixture = try FeaturizeFixture() }

  @Test func everyBadImageIsARowAndEachContentIsFeaturizedOnce() throws {
    try fixture.ingest(FeaturizeFixture.mixture())
    let summary = try fixture.stages.perform(fixture.stage())
    #expect(summary.images == 17)
    #expect(summary.featurized == 7 && fixture.backbone.pictureCount == 7)
    #expect(summary.sharedImages == 3)
    #expect(
      summary.failed == [
        "missing_image": 1, "unsupported_format": 2, "truncated_image": 1, "corrupt_image": 1,
        "image_too_large": 1, "empty_image": 1, "image_too_small": 1,
      ])
    let reasons = try fixture.stages.outcomes().map { $0.split(separator: " ").dropFirst(3) }
    #expect(
      reasons.map { $0.joined(separator: " ") } == [
        "pending -", "pending -", "failed missing_image", "pending -",
        "failed unsupported_format", "failed truncated_image", "pending -",
        "failed corrupt_image", "failed image_too_large", "failed empty_image",
        "failed unsupported_format", "failed image_too_small", "pending -", "pending -",
        "pending -", "pending -", "pending -",
      ])
    let runs = try fixture.workspace.openDatabase(.reading).runs()
    #expect(runs.last?.counts["ok"] == 9 && runs.last?.endedAt != nil)
  }

  @Test func theStoreGivesEachPairItsOwnPicture() throws {
    try fixture.ingest(FeaturizeFixture.mixture())
    try fixture.stages.perform(fixture.stage())
    let pairs = try fixture.featurized()
    let store = try FeatureStore(of: fixture.workspace)
    let features = try store.features(at: pairs.map(\.features))
    #expect(features.shape == [9, 4, 3])
    let shown = [0, 1, 0, 2, 3, 4, 1, 5, 6]
    for (row, color) in shown.enumerated() {
      let red = Float(Float16((Float(color * 30) - 127) / 128))
      let green = Float(Float16((Float(200) - 127) / 128))
      for region in 0..<4 {
        #expect(features[(row * 4 + region) * 3] == red)
        #expect(features[(row * 4 + region) * 3 + 1] == green)
      }
    }
    #expect(pairs[0].imageID == pairs[2].imageID)
  }

  @Test(arguments: [(1, 1), (2, 3), (3, 1), (4, 512)])
  func theSameInputGivesTheSameBytes(workers: Int, batch: Int) throws {
    try fixture.ingest(FeaturizeFixture.mixture())
    try fixture.stages.perform(fixture.stage())
    let other = try FeaturizeFixture()
    try other.ingest(FeaturizeFixture.mixture())
    try other.stages.perform(
      other.stage(FeaturizeConfiguration(grid: 2, workers: workers, batch: batch)))
    #expect(try other.shards() == fixture.shards())
  }

  /// Kills between a shard and its record (`afterShard`), and between two chunks.
  @Test(arguments: 1...4, [true, false])
  func aKilledRunGoesOnToTheSameBytes(after count: Int, beforeRecording: Bool) throws {
    try fixture.ingest(FeaturizeFixture.mixture())
    let left = Mutex(count)
    let kill: @Sendable () throws -> Void = {
      let isLast = left.withLock { left in
        left -= 1
        return left == 0
      }
      if isLast { throw FeaturizeFixture.Killed() }
    }
    let killed =
      beforeRecording
      ? fixture.stage(afterShard: { _ in try kill() }) : fixture.stage(afterChunk: kill)
    #expect(throws: FeaturizeFixture.Killed.self) { try fixture.stages.perform(killed) }
    try fixture.stages.folder.write([1], to: "run/features/shard-00009.safetensors.partial-1-1")
    try fixture.stages.perform(fixture.stage())

    let undisturbed = try FeaturizeFixture()
    try undisturbed.ingest(FeaturizeFixture.mixture())
    try undisturbed.stages.perform(undisturbed.stage())
    #expect(try fixture.shards() == undisturbed.shards())
    #expect(try fixture.stages.outcomes() == undisturbed.stages.outcomes())
    #expect(
      try fixture.featurized().map(\.features) == undisturbed.featurized().map(\.features))
    let runs = try fixture.workspace.openDatabase(.reading).runs()
    let same = try undisturbed.workspace.openDatabase(.reading).runs()
    #expect(runs.map(\.counts) == same.map(\.counts) && runs.last?.endedAt != nil)
  }

  @Test func twiceDoesNothingAndMoreInputIsAdded() throws {
    try fixture.ingest(FeaturizeFixture.mixture())
    try fixture.stages.perform(fixture.stage())
    let before = try fixture.shards()
    let again = try fixture.stages.perform(fixture.stage())
    #expect(again.images == 0 && again.knownImages == 17)
    #expect(try fixture.shards() == before)
    try fixture.ingest(
      [
        ("new.png", GeneratedImage.png(color: (9, 9, 9))),
        ("old.png", GeneratedImage.png(color: (0, 200, 10))),
      ], manifest: "more.tsv")
    let more = try fixture.stages.perform(fixture.stage())
    #expect(more.images == 2 && more.featurized == 1 && more.sharedImages == 1)
    let after = try fixture.shards()
    #expect(after.count == before.count + 1)
    #expect(before.allSatisfy { after[$0.key] == $0.value })
  }

  @Test func thirtyTwoBitsHoldMoreThanSixteen() throws {
    let large = try FeaturizeFixture(backbone: MeanColorBackbone(factor: 1e6))
    try large.ingest([("a.png", GeneratedImage.png(color: (255, 255, 255)))])
    var configuration = FeaturizeConfiguration(grid: 2)
    let error = #expect(throws: StagesError.self) {
      try large.stages.perform(large.stage(configuration))
    }
    #expect(error?.description.hasSuffix("use --precision float32") == true)
    configuration.precision = .float32
    try large.stages.perform(large.stage(configuration))
    let store = try FeatureStore(of: large.workspace)
    let features = try store.features(at: large.featurized().map(\.features))
    #expect(features.elements == [Float](repeating: 1e6, count: 12))

    let infinite = try FeaturizeFixture(backbone: MeanColorBackbone(factor: .infinity))
    try infinite.ingest([("a.png", GeneratedImage.png(color: (255, 255, 255)))])
    let refused = #expect(throws: StagesError.self) {
      try infinite.stages.perform(infinite.stage(configuration))
    }
    #expect(refused?.description.hasSuffix("no finite numbers; use others") == true)
  }

  @Test func aLinkOutOfTheFolderIsNotFollowed() throws {
    let outside = try FeaturizeFixture()
    let secret = try outside.stages.folder.write(
      GeneratedImage.png(color: (1, 1, 1)), to: "secret.png")
    try FileManager.default.createSymbolicLink(
      atPath: fixture.stages.folder.file("link.png"), withDestinationPath: secret)
    try fixture.ingest([("link.png", nil)])
    let summary = try fixture.stages.perform(fixture.stage())
    #expect(summary.failed == ["unsafe_path": 1])
  }
}
