import ArgumentParser
import CommandSupport
import Stages

@main
struct EvaluateCommand: WinnowCommand {
  static let configuration = CommandConfiguration(
    commandName: "winnow-evaluate",
    abstract: "Measure a workspace's decisions against the truth, and retrieval on trusted pairs.",
    discussion: """
      Shows a histogram of the similarities; with a truth file from winnow-corrupt, how well \
      mismatches were detected; with dev or test pairs, recall at 1, 5 and 10 both ways.

      Example:
        winnow-evaluate --workspace run --truth truth.tsv
        winnow-evaluate --workspace run --retrieval test --json
      """,
    version: programVersion)

  @OptionGroup var workspace: WorkspaceOptions

  @Option(help: ArgumentHelp("A truth file from winnow-corrupt.", valueName: "file"))
  var truth: String?

  @Option(help: "Which trusted pairs retrieval is measured on.")
  var retrieval: EvaluateConfiguration.Retrieval = .dev

  @Option(
    name: .customLong("output"),
    help: ArgumentHelp("Write the figures as JSON to this file as well.", valueName: "file"))
  var path: String?

  @OptionGroup var output: OutputOptions

  func run() throws {
    try EvaluateStage(
      EvaluateConfiguration(truth: truth, retrieval: retrieval, output: path)
    ).perform(in: workspace, output: output)
  }
}

extension EvaluateConfiguration.Retrieval: ExpressibleByArgument {}
