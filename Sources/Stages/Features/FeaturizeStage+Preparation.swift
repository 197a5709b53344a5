import Audit
import Foundation
import Layers
import Logging

extension FeaturizeStage {
  /// Brings `features/` to where a run can go on: of this featurizer, without damaged shards and
  /// leftovers of a killed run, with room for what is to come.
  ///
  /// Damaged shards are made anew in their place. Where pictures are not there any more as they were,
  /// their images are to be looked at again.
  func prepare(
    _ workspace: Workspace, _ database: AuditDatabase, for description: FeaturizerDescription,
    _ featurizer: ImageFeaturizer, context: StageContext, summary: inout FeaturizeSummary
  ) throws {
    if context.restarts {
      try checkSpace(workspace, try database.imageProgress().total, description)
      try database.discardImages()
      _ = try removeFiles(of: workspace) { _ in true }
      try workspace.write(description)
      return
    }
    let lookedAt = try database.imageProgress().done
    let progress = try database.featureProgress()
    let before = try workspace.featurizerDescription()
    if lookedAt > 0, before != description {
      throw mismatch(workspace, before, description, done: lookedAt)
    }
    let damaged = try damagedShards(workspace, database, description, context)
    // Before anything is forgotten: what is refused leaves the workspace as it was.
    let lost = try damaged.reduce(0) { try $0 + database.images(ofShard: $1).count }
    try checkSpace(workspace, progress.total - progress.done + lost, description)
    if before != description { try workspace.write(description) }
    let repair = ShardRepair(
      workspace: workspace, database: database, configuration: configuration,
      description: description, featurizer: featurizer)
    for shard in damaged {
      let place: Logger.Metadata = ["path": "\(workspace.shardPath(shard))"]
      if let (bytes, rows) = try repair.perform(shard) {
        context.logger.warning(
          "a damaged or lost feature shard was made anew", metadata: place)
        summary.shards += 1
        summary.bytes += bytes
        summary.featurized += rows
      } else {
        context.logger.warning(
          """
          a feature shard is damaged or gone, and some of its pictures are not as they were: its images \
          are looked at again
          """, metadata: place)
        try database.discardImages(ofShard: shard)
      }
    }
    let shards = try database.featureShards().map(\.shard)
    let kept = Set(shards.map(workspace.shardPath) + [workspace.featurizerPath])
    for path in try removeFiles(of: workspace, where: { !kept.contains($0) }) {
      context.logger.removedLeftover(path)
    }
    summary.damagedShards = damaged.map(workspace.shardPath)
  }

  /// Shards that are gone, that cannot be read, or that hold anything else than what was written.
  private func damagedShards(
    _ workspace: Workspace, _ database: AuditDatabase, _ description: FeaturizerDescription,
    _ context: StageContext
  ) throws -> [Int] {
    let shards = try database.featureShards().map(\.shard)
    guard !shards.isEmpty else { return [] }
    var meter = ProgressMeter(
      stage: Self.name, unit: "shards checked", total: shards.count, context: context)
    return try shards.filter { shard in
      defer { meter.advance(by: 1) }
      do {
        let file = try FeatureShard(
          at: workspace.shardPath(shard), number: shard, description)
        try file.verify()
        let images = try database.images(ofShard: shard).map(\.description)
        return !file.images.elementsEqual(images) { $0 == $1 }
      } catch is StagesError {
        return true
      } catch is LayersError {
        return true
      }
    }
  }

  private func mismatch(
    _ workspace: Workspace, _ before: FeaturizerDescription?, _ now: FeaturizerDescription,
    done: Int
  ) -> StagesError {
    let images = SummaryTable.grouped(done)
    let difference =
      before.map { $0.differences(to: now) } ?? "featurizer.json, which says how, is gone"
    return .file(
      path: workspace.featuresPath,
      problem: "\(images) images were featurized in another way: \(difference); give the former"
        + " options, or --restart to featurize all \(images) anew and discard their scores and"
        + " decisions")
  }

  private func checkSpace(
    _ workspace: Workspace, _ images: Int, _ description: FeaturizerDescription
  ) throws {
    guard images > 0 else { return }
    try workspace.create(folder: workspace.featuresPath)
    let needed = Int64(images) * Int64(description.bytesPerImage)
    let free = try surroundings.freeBytes(workspace.featuresPath)
    guard needed <= free else {
      throw StagesError.file(
        path: workspace.featuresPath,
        problem: "the features of \(SummaryTable.grouped(images)) images need up to"
          + " \(DiskSpace.text(needed)) (\(SummaryTable.grouped(description.bytesPerImage)) bytes"
          + " an image), \(DiskSpace.text(free)) are free on the disk; make room, or use a"
          + " smaller --grid")
    }
  }

  /// Removes files that this stage wrote, temporary ones of a killed run included.
  ///
  /// - Returns: Their paths.
  private func removeFiles(
    of workspace: Workspace, where isDoomed: (String) -> Bool
  ) throws -> [String] {
    let folder = workspace.featuresPath
    guard FileManager.default.fileExists(atPath: folder) else { return [] }
    var removed: [String] = []
    do {
      for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
        let path = folder + "/" + name
        let isOurs = name.hasPrefix("shard-") || name.hasPrefix("featurizer.json")
        guard isOurs, isDoomed(path) else { continue }
        try FileManager.default.removeItem(atPath: path)
        removed.append(path)
      }
    } catch {
      throw StagesError.file(
        path: folder, problem: "cannot be cleared: \(error.localizedDescription)")
    }
    return removed
  }
}
