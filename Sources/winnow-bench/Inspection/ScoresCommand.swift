import ArgumentParser
import CommandSupport
import Stages

struct ScoresCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scores",
    abstract: "Store made-up pictures and scores for an ingested workspace.",
    discussion: """
      Stores for every URL, picture and pair what fetching, featurizing and scoring would, so that \
      deciding, exporting and inspecting can be measured at any size. For workspaces of made-up \
      manifests alone.

      Example:
        winnow-bench scores --workspace scale
      """)

  @OptionGroup var workspace: WorkspaceOptions

  @OptionGroup var output: SummaryOptions

  func run() throws {
    try output.withContext { context, renderer in
      let workspace = workspace.workspace
      let lock = try workspace.lock(for: "winnow-bench")
      defer { lock.release() }
      let database = try workspace.openIngested(.writing)
      guard try database.publishedModel() == nil else {
        throw BenchError.folder(
          path: workspace.path,
          problem: "has scores already; name a workspace that was just ingested")
      }
      try GeneratedScores(
        workspace: workspace, pairs: try database.pairCount(), seed: 1, now: context.now,
        progress: context.progress
      ).store(in: database)
      try database.close()
      renderer.finish()
    }
  }
}
