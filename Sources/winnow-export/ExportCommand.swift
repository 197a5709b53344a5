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
      The formats:
        tsv         the manifest's lines, byte for byte as they came
        jsonl       one object a pair: scores, reason, what a reviewer said
        webdataset  a folder of tar archives: picture, KEY.txt, KEY.json
        precomp     a folder of features and captions, as SCAN's trainers read it

      What reviewers said outranks the model. SHA-256 sums come with each export: FILE.sha256 beside \
      a file, SHA256SUMS in a folder. An export appears when it is complete, and takes the place of \
      an older one.

      Example:
        winnow-export --workspace run --output kept.tsv
        winnow-export --workspace run --output mismatches.jsonl \\
          --format jsonl --decision rejected --reason mismatch
        winnow-export --workspace run --output shards --format webdataset
        winnow-export --workspace run --output trusted.tsv --reviews
      """,
    version: programVersion)

  @OptionGroup var workspace: WorkspaceOptions

  @Option(
    name: .customLong("output"),
    help: ArgumentHelp(
      "The file or folder to write. (default: export/DECISION.FORMAT in the workspace)",
      valueName: "path"))
  var path: String?

  @Option(help: "The format.")
  var format: ExportConfiguration.Format = .tsv

  @Option(help: "Which pairs to take.")
  var decision: ExportConfiguration.Decision = .kept

  @Option(help: ArgumentHelp("Take only pairs with this reason.", valueName: "reason"))
  var reason: PairReason?

  @Option(help: "Take pairs of this role; may be repeated.")
  var role: [PairRole] = [.train]

  @Flag(help: "Take only pairs that somebody reviewed.")
  var reviews = false

  @Option(
    help: ArgumentHelp("The most pairs of a tar archive. (default: 10000)", valueName: "number"))
  var shardPairs: Int?

  @OptionGroup var output: OutputOptions

  func run() throws {
    let stage = ExportStage(
      ExportConfiguration(
        output: path, format: format, decision: decision, reason: reason, roles: role,
        isReviewed: reviews, shardPairs: shardPairs))
    try stage.perform(in: workspace, output: output)
  }
}
