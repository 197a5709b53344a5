import Audit
import Foundation

extension FeaturizeStage {
  /// Brings `features/` to where a run can go on: of this featurizer, without leftovers of a
  /// killed run, with room for what is to come.
  func prepare(
    _ workspace: Workspace, _ database: AuditDatabase, for description: FeaturizerDescription,
    restarts: Bool
  ) throws {
    if restarts {
      try checkSpace(workspace, try database.imageProgress().total, description)
      try database.discardImages()
      try removeFiles(of: workspace) { _ in true }
      try workspace.write(description)
      return
    }
    let (done, total) = try database.imageProgress()
    let before = try workspace.featurizerDescription()
    if done > 0, before != description {
      throw mismatch(workspace, before, description, done: done)
    }
    try checkSpace(workspace, total - done, description)
    if before != description { try workspace.write(description) }
    let shards = Set(try database.featureShards().map(\.shard))
    for shard in shards.sorted() {
      let path = workspace.shardPath(shard)
      guard FileManager.default.fileExists(atPath: path) else {
        throw StagesError.damaged(
          path: path,
          problem: "the shard is gone; put it back, or give --restart to featurize all \(done)"
            + " images anew")
      }
    }
    let kept = Set(shards.map(workspace.shardPath) + [workspace.featurizerPath])
    try removeFiles(of: workspace) { !kept.contains($0) }
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
  private func removeFiles(of workspace: Workspace, where isDoomed: (String) -> Bool) throws {
    let folder = workspace.featuresPath
    guard FileManager.default.fileExists(atPath: folder) else { return }
    do {
      for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
        let path = folder + "/" + name
        let isOurs = name.hasPrefix("shard-") || name.hasPrefix("featurizer.json")
        if isOurs, isDoomed(path) { try FileManager.default.removeItem(atPath: path) }
      }
    } catch {
      throw StagesError.file(
        path: folder, problem: "cannot be cleared: \(error.localizedDescription)")
    }
  }
}
