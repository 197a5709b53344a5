import ArgumentParser
import CommandSupport
import Pairs
import Stages

@main
struct ExportCommand: WinnowCommand {
  static let configuration = CommandConfiguration(
    commandName: "winnow-export",
    abstract: "Write the kept, rejected or all pairs of a workspace.",
    discussion: """
      TSV holds the manifest's lines, byte for byte as they came and in their order; JSONL holds \
      one object a pair with its scores and reason. The file appears when it is complete.

      Example:
        winnow-export --workspace run --output kept.tsv
        winnow-export --workspace run --output mismatches.jsonl \\
          --format jsonl --decision rejected --reason mismatch
      """,
    version: programVersion)

  @OptionGroup var workspace: WorkspaceOptions

  @Option(
    name: .customLong("output"),
    help: ArgumentHelp(
      "The file to write. (default: export/DECISION.FORMAT in the workspace)",
      valueName: "file"))
  var path: String?

  @Option(help: "The format of the file.")
  var format: ExportConfiguration.Format = .tsv

  @Option(help: "Which pairs to take.")
  var decision: ExportConfiguration.Decision = .kept

  @Option(help: ArgumentHelp("Take only pairs with this reason.", valueName: "reason"))
  var reason: PairReason?

  @Option(help: "Take pairs of this role.")
  var role: PairRole = .train

  @OptionGroup var output: OutputOptions

  func run() throws {
    let stage = ExportStage(
      ExportConfiguration(
        output: path, format: format, decision: decision, reason: reason, role: role))
    try stage.perform(in: workspace, output: output)
  }
}
