import CommandSupport
import Foundation
import Stages

/// The featurize stage on a workspace of its own, in a folder that goes when this does.
final class StageWorkload {
  /// Files of a run: one full shard.
  static let files = 512

  private let work: ImageWork
  private let folder: String
  private let configuration: FeaturizeConfiguration

  /// Writes the files and ingests a manifest of them. So that each is a content of its own, a few
  /// bytes follow the end of each picture, which no decoder reads.
  ///
  /// - Parameter pictures: taken in turn.
  init(
    _ work: ImageWork, pictures: [[UInt8]], configuration: FeaturizeConfiguration
  ) throws {
    self.work = work
    self.configuration = configuration
    folder =
      FileManager.default.temporaryDirectory
      .appending(path: "winnow-bench-\(UUID().uuidString)").path
    var lines = ""
    let files = (0..<Self.files).map { index in
      lines += "picture \(index)\tfile:pictures/\(index).jpg\n"
      return pictures[index % pictures.count] + Array("\(index)".utf8)
    }
    do {
      try FileFolder(folder).add("manifest.tsv", Array(lines.utf8))
      let pictures = try FileFolder(folder + "/pictures")
      for (index, bytes) in files.enumerated() { try pictures.add("\(index).jpg", bytes) }
      let ingest = IngestStage(IngestConfiguration(inputs: [folder + "/manifest.tsv"]))
      _ = try ingest.perform(in: workspace, context: context, command: "winnow-bench")
    } catch {
      remove()
      throw error
    }
  }

  deinit { remove() }

  private func remove() { try? FileManager.default.removeItem(atPath: folder) }

  private var workspace: Workspace { Workspace(path: folder + "/workspace") }

  private var context: StageContext {
    StageContext(
      programVersion: programVersion, restarts: true, now: { Date() }, progress: { _ in })
  }

  /// Featurizes everything anew.
  ///
  /// - Returns: Seconds, as the stage itself counts them: without loading the weights.
  func run(threads: Int) throws -> Double {
    var configuration = configuration
    configuration.workers = threads
    let summary = try FeaturizeStage(configuration)
      .perform(in: workspace, context: context, command: "winnow-bench")
    guard summary.featurized == Self.files else {
      throw BenchError.unexpected(
        work: work.title,
        problem: "\(summary.featurized) of \(Self.files) pictures were featurized")
    }
    return summary.seconds
  }
}
