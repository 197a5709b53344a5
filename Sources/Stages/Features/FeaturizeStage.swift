import Audit
import Foundation
import Imaging
import Models
import Pairs
import Tensors

/// Decodes every local image of the workspace and stores its region features.
///
/// Locations are taken in order of first appearance, 512 at a time: their new contents become one
/// shard, and once that is on disk one transaction records all 512. A killed run repeats at most
/// one such chunk and writes the same shard again.
///
/// In a workspace of precomputed features there is nothing to decode: see `PrecomputedRegistration`.
public struct FeaturizeStage: Stage {
  /// `featurize`.
  public static let name = "featurize"
  /// Writes shards and rows.
  public static let access = WorkspaceAccess.writes
  /// The most rows of a shard. Part of the format: another number gives other shards.
  static let locationsPerShard = 512

  /// What the stage was told.
  public let configuration: FeaturizeConfiguration

  /// What tests put in place of the network, the disk and a kill.
  struct Surroundings: Sendable {
    var locationsPerShard = FeaturizeStage.locationsPerShard
    /// nil reads EfficientNet's weights.
    var backbone: (any ImageBackbone)?
    /// Free bytes on the disk of a path.
    var freeBytes: @Sendable (String) throws -> Int64 = DiskSpace.freeBytes
    /// Called when a shard is on disk and not recorded; an error stops the run as a kill would.
    var afterShard: @Sendable (Int) throws -> Void = { _ in }
    /// Called after each transaction.
    var afterChunk: @Sendable () throws -> Void = {}
  }

  let surroundings: Surroundings

  /// A stage with a configuration.
  public init(_ configuration: FeaturizeConfiguration) {
    self.init(configuration, Surroundings())
  }

  init(_ configuration: FeaturizeConfiguration, _ surroundings: Surroundings) {
    self.configuration = configuration
    self.surroundings = surroundings
  }

  /// Refuses a workspace without pairs, and weights that are not there.
  public func check(in workspace: Workspace) throws {
    try workspace.refuseMerged("winnow-featurize")
    let database = try workspace.openIngested(.reading)
    let isPrecomputed = try workspace.imageKind(in: database) == .precomputed
    try database.close()
    if isPrecomputed { return }
    if surroundings.backbone == nil { try configuration.requireWeights() }
  }

  /// Featurizes what is left.
  ///
  /// - Throws: `StagesError`, `LayersError` for bad weights, `AuditError`, or `PairsError` when an
  ///   image root or the disk fails; never for a bad image.
  public func run(in workspace: Workspace, context: StageContext) throws -> FeaturizeSummary {
    let database = try workspace.openIngested(.writing)
    if try workspace.imageKind(in: database) == .precomputed {
      let registration = PrecomputedRegistration(
        workspace: workspace, database: database, chunk: surroundings.locationsPerShard,
        afterChunk: surroundings.afterChunk)
      if context.restarts { try registration.discard() }
      let summary = try registration.perform(
        command: Self.name, configuration: configuration.json(), context: context)
      try database.close()
      return summary
    }
    let loaded = try LoadedFeaturizer(configuration, backbone: surroundings.backbone)
    let description = loaded.description
    var summary = FeaturizeSummary()
    let featurizer = loaded.images(in: database)
    try prepare(
      workspace, database, for: description, featurizer, context: context, summary: &summary)
    let progress = try database.featureProgress()
    summary.knownImages = progress.done
    let request = RunRequest(
      command: Self.name, configuration: try configuration.json(),
      programVersion: context.programVersion, seed: nil, startedAt: context.now(), unit: "images")
    // Killed between the last chunk and the run's end, it is still to be closed.
    if try progress.done < progress.total || database.unfinishedRun(request) != nil {
      let run = try database.beginRun(request, context: context)
      let work = FeaturizeWork(
        stage: self, workspace: workspace, database: database, description: description,
        featurizer: featurizer, run: run, logger: context.logger)
      let meter = ProgressMeter(
        stage: Self.name, unit: "images", total: progress.total, done: progress.done,
        context: context)
      try work.perform(meter: meter, summary: &summary)
      try database.endRun(run, context: context)
    }
    try database.close()
    return summary
  }
}
