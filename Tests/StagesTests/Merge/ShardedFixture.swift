import Audit
import Foundation
import Pairs

@testable import Stages

/// The workspace of `TrainedFixture`, trained and scored as a whole, and shards of the same manifests
/// that are scored with its model.
struct ShardedFixture {
  let whole: TrainedFixture
  let count: Int

  /// Prepares and trains the whole; shards are made by `makeShards`.
  init(count: Int = 3, sample: Int? = nil) throws {
    whole = try TrainedFixture()
    self.count = count
    try whole.prepare()
    var configuration = TrainedFixture.configuration
    configuration.sample = sample
    try whole.stages.perform(TrainStage(configuration))
  }

  var models: String { whole.workspace.modelsPath }
  var merged: Workspace { Workspace(path: whole.stages.folder.file("merged")) }
  func shard(_ index: Int) -> Workspace {
    Workspace(path: whole.stages.folder.file("shard-\(index)"))
  }
  var shards: [String] { (0..<count).map { shard($0).path } }

  @discardableResult
  func perform<Kind: Stage>(
    _ stage: Kind, in workspace: Workspace, restarts: Bool = false
  ) throws -> Kind.Summary {
    try stage.perform(
      in: workspace, context: whole.stages.context(restarts: restarts), command: "test")
  }

  /// Ingests, featurizes and scores every shard.
  func makeShards() throws {
    for index in 0..<count {
      for role in [PairRole.train, .meta, .dev] {
        let input = whole.stages.folder.file("\(role.rawValue).tsv")
        try perform(
          IngestStage(
            IngestConfiguration(
              inputs: [input], role: role, shard: ManifestShards([index], of: count))),
          in: shard(index))
      }
      try perform(whole.images.stage(), in: shard(index))
      try perform(ScoreStage(ScoreConfiguration(model: models)), in: shard(index))
    }
  }

  @discardableResult
  func merge(_ shards: [String]? = nil, restarts: Bool = false) throws -> MergeSummary {
    try perform(
      MergeStage(MergeConfiguration(shards: shards ?? self.shards)), in: merged, restarts: restarts)
  }

  /// Where the harvested pairs of a workspace stand, by their keys.
  func outcomes(_ workspace: Workspace) throws -> [PairKey: PairOutcome] {
    Dictionary(
      uniqueKeysWithValues: try workspace.openDatabase(.reading).outcomes(
        roles: [.train], limit: 10_000
      ).map { ($0.key, $0) })
  }
}
