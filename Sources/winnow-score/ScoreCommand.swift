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
      Running it again goes on with what was interrupted. With --model no training is needed: a \
      checkpoint that the published code of MSCN saved is read, nothing in it executed.

      Example:
        winnow-score --workspace run
        winnow-score --workspace run --model model_best.pth.tar \\
          --vocabulary f30k_precomp_vocab.json
      """,
    version: programVersion)

  @OptionGroup var workspace: WorkspaceOptions

  @Option(
    help: ArgumentHelp(
      "Score with this published checkpoint, or with the models folder of another workspace.",
      valueName: "path"))
  var model: String?

  @Option(
    help: ArgumentHelp(
      "The checkpoint's vocabulary. (default: vocabulary.json or the only *_vocab.json beside it)",
      valueName: "file"))
  var vocabulary: String?

  @OptionGroup var restart: RestartOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    try ScoreStage(ScoreConfiguration(model: model, vocabulary: vocabulary)).perform(
      in: workspace, restarts: restart.restarts, output: output)
  }
}
