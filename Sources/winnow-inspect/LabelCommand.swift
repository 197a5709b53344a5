import ArgumentParser
import CommandSupport
import Inspector

struct LabelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "label",
    abstract: "Label random pairs on a web page, to train on them as trusted ones.",
    discussion: """
      Asks of one pair after another whether the caption describes the picture: pairs without a \
      score first, so before any training those are all. Going on later asks for the rest.

      Example:
        winnow-inspect label --workspace run --random 200
        winnow-train --workspace run --meta-from-reviews
      """)

  @OptionGroup var workspace: WorkspaceOptions

  @Option(
    name: .customLong("random"),
    help: ArgumentHelp("How many pairs to ask for, 1 to 2000.", valueName: "count"))
  var count = 200

  @Option(help: "Which random pairs: the same seed asks for the same ones.")
  var seed: UInt64 = 0

  @OptionGroup var options: ServeOptions

  func validate() throws {
    guard InspectorConfiguration.labelCounts.contains(count) else {
      throw ValidationError("--random must be from 1 to 2000, not \(count).")
    }
  }

  func run() throws {
    try options.configuration(of: workspace.workspace, labelCount: count, labelSeed: seed)
      .serve(workspace.workspace, page: "label")
  }
}
