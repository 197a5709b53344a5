import ArgumentParser
import CommandSupport
import Stages

@main
struct MergeCommand: WinnowCommand {
  static let configuration = CommandConfiguration(
    commandName: "winnow-merge",
    abstract: "Unite the audits of shards in one workspace.",
    discussion: """
      Takes every line with its picture's hash, scores, reviews and runs from workspaces that \
      winnow-ingest --shard began, each scored with the same model, and writes one audit, which \
      winnow-purify, winnow-export, winnow-inspect and winnow status read like any other. The result \
      is the same in whatever order shards are named, and whether all are united at once or some of \
      them first. Shards that differ in their model, features or settings are refused, and what \
      differs is named.

      Running it again does nothing while no shard has changed. Reviews that were made in the united \
      workspace are kept; decide anew after a shard has changed.

      Example:
        winnow-merge shard-0 shard-1 shard-2 --workspace merged
        winnow-purify --workspace merged
        winnow-export --workspace merged --output kept.tsv
      """,
    version: programVersion)

  @Argument(help: ArgumentHelp("The workspaces of the shards.", valueName: "shard"))
  var shards: [String]

  @OptionGroup var workspace: WorkspaceOptions

  @Flag(help: "Also unite shards that were not ingested to the end, or not scored.")
  var allowIncomplete = false

  @OptionGroup var restart: RestartOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    try MergeStage(
      MergeConfiguration(shards: shards, allowsIncomplete: allowIncomplete)
    ).perform(in: workspace, restarts: restart.restarts, output: output)
  }
}
