import Audit
import Foundation
import Pairs

/// Unites the audits of shards in a workspace that is decided, exported and inspected as a whole.
///
/// A new audit is written beside the old one and takes its place when it is complete. The shards are
/// only read.
public struct MergeStage: Stage {
  /// The stage's name.
  public static let name = "merge"
  /// What the stage does with the workspace.
  public static let access = WorkspaceAccess.writes
  /// What the stage was told.
  public let configuration: MergeConfiguration

  /// Called when the new audit is complete, before it takes the old one's place; an error stops the
  /// merge as a kill would.
  private let beforeReplacing: @Sendable () throws -> Void

  /// A stage with a configuration.
  public init(_ configuration: MergeConfiguration) {
    self.init(configuration, beforeReplacing: {})
  }

  init(
    _ configuration: MergeConfiguration, beforeReplacing: @escaping @Sendable () throws -> Void
  ) {
    self.configuration = configuration
    self.beforeReplacing = beforeReplacing
  }

  /// Refuses a workspace that is none of a merge, or one of its own shards, before anything is written.
  public func check(in workspace: Workspace) throws {
    let shards = configuration.workspaces
    guard !shards.contains(workspace) else {
      throw StagesError.configuration(
        stage: Self.name, key: MergeConfiguration.CodingKeys.shards.rawValue,
        problem: "\(workspace.path) is the workspace to make; name another")
    }
    if FileManager.default.fileExists(atPath: workspace.databasePath), !workspace.isMerged {
      throw StagesError.file(
        path: workspace.path,
        problem: "is a workspace of its own, not a united one; name another for the merge")
    }
    for shard in shards {
      try shard.refuseWriter()
      guard FileManager.default.fileExists(atPath: shard.databasePath) else {
        throw shard.missing("nothing was ingested yet", command: "winnow-ingest", "--input M.tsv")
      }
      try shard.checkVersion()
      try shard.openDatabase(.reading).close()
    }
  }

  /// Does the work, unless it was done before on shards that have not changed.
  public func run(in workspace: Workspace, context: StageContext) throws -> MergeSummary {
    let shards = try configuration.workspaces.map { shard in
      (workspace: shard, database: try shard.openDatabase(.reading))
    }
    let marker = try marker(of: shards)
    if !context.restarts, try workspace.completionMarker(ofStage: Self.name) == marker,
      try AuditDatabase.isReadable(databaseAt: workspace.databasePath)
    {
      return try summary(ofDone: workspace)
    }
    let agreement = try ShardAgreement(of: shards)
    let draft = workspace.databasePath + ".merging"
    for ending in ["", "-wal", "-shm", "-journal"] { try AtomicFile.remove(draft + ending) }
    try AtomicFile.removeLeftovers(of: workspace.mergedPath)
    for folder in [workspace.modelsPath, workspace.featuresPath] {
      for path in try AtomicFile.removeLeftovers(in: folder) {
        context.logger.removedLeftover(path)
      }
    }
    let old = try openOld(in: workspace)
    let review = try old?.lastReview() ?? 0
    let merge = AuditMerge(
      shards.map { ($0.workspace.path, $0.database) },
      allowsIncomplete: configuration.allowsIncomplete)
    var meter = ProgressMeter(
      stage: Self.name, unit: "lines", total: try merge.lineCount(), context: context)
    var read = 0
    let outcome: AuditMerge.Outcome
    do {
      outcome = try merge.write(to: draft, keepingReviewsOf: old) { lines in
        meter.advance(by: lines - read)
        read = lines
      }
    } catch {
      // What was refused leaves nothing behind.
      try AtomicFile.remove(draft)
      throw error
    }
    // Whoever began to write to a shard meanwhile is not part of the result: it would be half of it.
    for shard in shards {
      try shard.workspace.refuseWriter()
      try shard.database.close()
    }
    if outcome.variants > 0 {
      context.logger.warning(
        "shards found different things at the same place; each pair keeps its shard's",
        metadata: ["locations": .stringConvertible(outcome.variants)])
    }
    try beforeReplacing()
    try workspace.removeCompletionMarker(ofStage: Self.name)
    try workspace.write(MergedWorkspace(shards: shards.map(\.workspace.path)))
    try write(agreement, to: workspace)
    try replace(old, by: draft, madeAfter: review, in: workspace)
    try workspace.write(marker)
    return MergeSummary(
      shards: shards.count, outcome.sources, outcome,
      seconds: meter.elapsed, wasDone: false)
  }

  /// The audit of an earlier merge.
  private func openOld(in workspace: Workspace) throws -> AuditDatabase? {
    guard FileManager.default.fileExists(atPath: workspace.databasePath) else { return nil }
    return try workspace.openDatabase(.writing)
  }

  private func replace(
    _ old: AuditDatabase?, by draft: String, madeAfter review: Int64, in workspace: Workspace
  ) throws {
    guard let old else {
      // Of a database that is gone, these would be taken for the new one's.
      for ending in ["-wal", "-shm"] { try AtomicFile.remove(workspace.databasePath + ending) }
      return try AtomicFile.move(draft, to: workspace.databasePath)
    }
    let new = try AuditDatabase(at: draft, access: .writing)
    try old.replace(byContentOf: new, madeAfterReview: review)
    try new.close()
    try old.close()
    for ending in ["", "-wal", "-shm"] { try AtomicFile.remove(draft + ending) }
  }

  private func write(_ agreement: ShardAgreement, to workspace: Workspace) throws {
    if let featurizer = agreement.featurizer { try workspace.write(featurizer) }
    if let precomputed = agreement.precomputed { try workspace.write(precomputed) }
    let folder = ModelFolder(workspace: workspace)
    if let calibration = agreement.calibration {
      try folder.write(lines: [calibration.sealed()], to: folder.calibrationPath)
    } else {
      try AtomicFile.remove(folder.calibrationPath)
    }
  }

  private func marker(
    of shards: [(workspace: Workspace, database: AuditDatabase)]
  ) throws -> CompletionMarker {
    var inputs: [String] = []
    for shard in shards {
      inputs += [shard.workspace.path, try shard.database.mergeFingerprint()]
      for path in [
        ModelFolder(workspace: shard.workspace).calibrationPath, shard.workspace.featurizerPath,
        shard.workspace.precomputedPath,
      ] {
        let isThere = FileManager.default.fileExists(atPath: path)
        inputs.append(isThere ? try SHA256Digest(ofFileAt: path).description : "")
      }
    }
    // The paths are told by the inputs, in their own order.
    var told = configuration
    told.shards = []
    return CompletionMarker(stage: Self.name, configuration: try told.json(), inputs: inputs)
  }

  private func summary(ofDone workspace: Workspace) throws -> MergeSummary {
    let database = try workspace.openDatabase(.reading)
    var outcome = AuditMerge.Outcome()
    outcome.lines = try database.pairCount()
    outcome.model = try database.publishedModel()?.name
    outcome.hasDecisions = try database.publishedRule() != nil
    let summary = MergeSummary(
      shards: configuration.shards.count, try database.sources(), outcome, seconds: 0, wasDone: true
    )
    try database.close()
    return summary
  }
}

extension Workspace {
  /// Refuses to read what is being written.
  ///
  /// - Throws: `StagesError.locked`.
  fileprivate func refuseWriter() throws(StagesError) {
    if let writer = currentWriter() { throw .locked(workspace: path, holder: writer) }
  }
}
