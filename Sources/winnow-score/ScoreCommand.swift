import ArgumentParser
import CommandSupport
import Stages

@main
struct ScoreCommand: WinnowCommand {
  static let configuration = CommandConfiguration(
    commandName: "winnow-score",
    abstract: "Score every pair of a workspace that has features.",
    discussion: """
      Stores the similarity of both trained networks and their mean, in [0, 1], for each pair. \
      Running it again goes on with what was interrupted.

      Example:
        winnow-score --workspace run
      """,
    version: programVersion)

  @OptionGroup var workspace: WorkspaceOptions
  @OptionGroup var restart: RestartOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    try ScoreStage(ScoreConfiguration()).perform(
      in: workspace, restarts: restart.restarts, output: output)
  }
}
