import ArgumentParser
import CommandSupport
import Pairs
import Stages

@main
struct IngestCommand: WinnowCommand {
  static let configuration = CommandConfiguration(
    commandName: "winnow-ingest",
    abstract: "Read manifests of captions and image URLs into a workspace.",
    discussion: """
      Every line gets one row of the audit table, malformed ones too. Running it again adds \
      nothing twice and goes on with what was interrupted.

      Example:
        winnow-ingest --workspace run --input cc3m.tsv
        winnow-ingest --workspace run --input trusted.tsv --role meta
      """,
    version: programVersion)

  @OptionGroup var workspace: WorkspaceOptions

  @Option(help: ArgumentHelp("A manifest to read; may be given several times.", valueName: "file"))
  var input: [String]

  @Option(help: "The format of the manifests.")
  var format: IngestConfiguration.Format = .tsv

  @Option(help: "The order of their columns.")
  var columns: ColumnOrder = .captionURL

  @Option(help: "What the pairs are for; all but train are trusted.")
  var role: PairRole = .train

  @Option(
    help: ArgumentHelp(
      "The folder of local images, which no path may leave. (default: the manifest's folder)",
      valueName: "folder"))
  var imageRoot: String?

  @OptionGroup var restart: RestartOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let stage = IngestStage(
      IngestConfiguration(
        inputs: input, format: format, columns: columns, role: role, imageRoot: imageRoot))
    try stage.perform(in: workspace, restarts: restart.restarts, output: output)
  }
}
