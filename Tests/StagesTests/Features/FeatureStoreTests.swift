import Audit
import Foundation
import Layers
import Pairs
import Tensors
import Testing

@testable import Stages

@Suite struct FeatureStoreTests {
  let fixture: FeaturizeFixture

  init() throws {
    fixture = try FeaturizeFixture()
    try fixture.ingest(FeaturizeFixture.mixture())
    try fixture.stages.perform(fixture.stage())
  }

  private func read(_ addresses: FeatureAddress...) throws -> Tensor {
    try FeatureStore(of: fixture.workspace).features(at: addresses)
  }

  /// Puts a file with one tensor in the place of the first shard.
  private func replaceShard(
    _ shape: [Int], name: String = "features", as type: ElementType = .float16,
    metadata: [String: String]? = nil
  ) throws -> String {
    let description = try #require(try FeatureStore(of: fixture.workspace).description)
    var writer = SafetensorsWriter(
      metadata: metadata ?? [
        "featurizer": description.fingerprint, "image_sha256": "a b", "shard": "0",
      ])
    writer.add(name, Tensor.zeros(shape), as: type)
    try fixture.stages.folder.write(writer.data(), to: "run/features/shard-00000.safetensors")
    return fixture.workspace.shardPath(0)
  }

  @Test func anyOrderAndRepeatsAreRead() throws {
    let addresses = try fixture.featurized().map(\.features)
    let forward = try FeatureStore(of: fixture.workspace).features(at: addresses)
    let shuffled = Array(addresses.reversed()) + [addresses[3], addresses[3]]
    let backward = try FeatureStore(of: fixture.workspace).features(at: shuffled)
    let width = 4 * 3
    let (left, right) = (forward.elements, backward.elements)
    for (row, address) in shuffled.enumerated() {
      let same = try #require(addresses.firstIndex(of: address))
      #expect(
        right[(row * width)..<((row + 1) * width)] == left[(same * width)..<((same + 1) * width)])
    }
    #expect(try read().shape == [0, 4, 3])
  }

  /// A shard that is read for its checksum is read as a whole, whatever rows were asked for.
  @Test func filesAreLetGoForWhatIsVerifiedToo() throws {
    let addresses = try fixture.featurized().map(\.features)
    let (first, second) = (addresses[0], try #require(addresses.first { $0.shard == 1 }))
    #expect(Set(addresses).count { $0.shard == 0 } == 2)
    // Of 12 numbers a row: one of the first shard asked for and two verified, then one of the second.
    let store = try FeatureStore(of: fixture.workspace, floatsBetweenRemapping: 47)
    _ = try store.features(at: [first])
    #expect(store.mappedShards == [0])
    _ = try store.features(at: [second])
    #expect(store.mappedShards == [1])
    let roomy = try FeatureStore(of: fixture.workspace, floatsBetweenRemapping: 48)
    _ = try roomy.features(at: [first])
    _ = try roomy.features(at: [second])
    #expect(roomy.mappedShards == [0, 1])
  }

  @Test func thirtyTwoBitsKeepWhatWasComputed() throws {
    let addresses = try fixture.featurized().map(\.features)
    let halves = try FeatureStore(of: fixture.workspace).features(at: addresses).elements
    var configuration = FeaturizeConfiguration(grid: 2, workers: 2, batch: 2)
    configuration.precision = .float32
    let refused = #expect(throws: StagesError.self) {
      try fixture.stages.perform(fixture.stage(configuration))
    }
    #expect(refused?.description.contains("precision was float16, now float32") == true)
    try fixture.stages.perform(fixture.stage(configuration), restarts: true)
    let store = try FeatureStore(of: fixture.workspace)
    #expect(try fixture.featurized().map(\.features) == addresses)
    let whole = try store.features(at: addresses).elements
    #expect(whole.map { Float(Float16($0)) } == halves)
    #expect(store.fingerprint.hasSuffix(" float32"))
    // A tenth has no end in either; these pictures' means all fit into 16 bits.
    let description = try #require(store.description)
    var writer = FeatureShardWriter(description, number: 9)
    _ = writer.add(
      ElementType.float32.bytes(of: Array(repeating: 0.1, count: 12)), of: SHA256Digest(of: [1]))
    _ = try writer.write(to: fixture.workspace.shardPath(9))
    #expect(
      try store.features(at: [FeatureAddress(shard: 9, row: 0)]).elements
        == [Float](
          repeating: 0.1, count: 12))
  }

  @Test func foreignShardsAreRefusedByName() throws {
    let zero = FeatureAddress(shard: 0, row: 0)
    func problem() -> String {
      do {
        _ = try read(zero)
        return "nothing"
      } catch {
        return "\(error)"
      }
    }
    let path = try replaceShard([2, 9, 3])
    let advice = "; run winnow-featurize to make it anew"
    #expect(problem() == "\(path): `features` has shape [2, 9, 3], expected [N, 4, 3]\(advice)")
    _ = try replaceShard([2, 4, 3], as: .float32)
    #expect(problem() == "\(path): `features` is of type F32, expected F16\(advice)")
    _ = try replaceShard([2, 4, 3], name: "other")
    #expect(
      problem() == "\(path): holds the tensors [\"other\"], expected only `features`\(advice)")
    _ = try replaceShard([3, 4, 3])
    #expect(problem() == "\(path): names 2 images for 3 rows\(advice)")
    _ = try replaceShard([2, 4, 3])
    #expect(problem().hasPrefix("\(path): was changed since it was written"))
    let fingerprint = try #require(try FeatureStore(of: fixture.workspace).description).fingerprint
    _ = try replaceShard(
      [2, 4, 3], metadata: ["featurizer": fingerprint, "image_sha256": "a b", "shard": "4"])
    #expect(problem() == "\(path): is shard 4 by its content, but 0 by its name\(advice)")
    _ = try replaceShard([2, 4, 3], metadata: ["image_sha256": "a b"])
    #expect(problem().hasPrefix("\(path): made by nothing known, the other features by mean-color"))
    try fixture.stages.folder.write([1, 2, 3], to: "run/features/shard-00000.safetensors")
    #expect(problem().hasPrefix("\(path): the file is cut short"))
  }

  @Test func aRowThatIsNotThereIsNamed() throws {
    let path = fixture.workspace.shardPath(0)
    let error = #expect(throws: StagesError.self) { try read(FeatureAddress(shard: 0, row: 2)) }
    #expect(
      error?.description
        == "\(path): has 2 rows, but the audit database refers to row 2 (from 0); run"
        + " winnow-featurize to make it anew")
    #expect(throws: StagesError.self) { try read(FeatureAddress(shard: 0, row: -1)) }
    let absent = #expect(throws: LayersError.self) { try read(FeatureAddress(shard: 7, row: 0)) }
    #expect(absent?.description.contains("shard-00007.safetensors") == true)
  }

  @Test func aChangedDescriptionIsRefused() throws {
    let path = fixture.workspace.featurizerPath
    let text = String(
      decoding: try fixture.stages.folder.read("run/features/featurizer.json"), as: UTF8.self)
    for changed in ["{}", text + " ", text.replacingOccurrences(of: "{", with: "{\"more\": 1,")] {
      try fixture.stages.folder.write(Array(changed.utf8), to: "run/features/featurizer.json")
      let error = #expect(throws: StagesError.self) { try FeatureStore(of: fixture.workspace) }
      #expect(error?.description.hasPrefix("\(path): ") == true)
    }
  }

  @Test func withoutFeaturesTheCommandToRunIsNamed() throws {
    let empty = Workspace(path: fixture.stages.folder.file("empty"))
    let error = #expect(throws: StagesError.self) { try FeatureStore(of: empty) }
    #expect(
      error?.description
        == "\(empty.path): no image was featurized yet; run: winnow-featurize --workspace"
        + " \(empty.path)")
  }
}
