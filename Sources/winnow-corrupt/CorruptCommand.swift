import ArgumentParser
import CommandSupport
import Pairs
import Stages

@main
struct CorruptCommand: WinnowCommand {
  static let configuration = CommandConfiguration(
    commandName: "winnow-corrupt",
    abstract: "Make a noisy manifest whose noise is known.",
    discussion: """
      Sets whole images aside as trusted pairs, then reassigns the captions of a share of the \
      other lines among each other's images. The truth file says which; only winnow-evaluate \
      reads it.

      Example:
        winnow-corrupt --input clean.tsv --ratio 0.3 --seed 7 \\
          --output noisy.tsv --truth truth.tsv \\
          --meta-share 0.02 --meta-output meta.tsv

      With --format precomp the clean pairs are the train split of a folder of precomputed \
      features; ingest what is written with --image-root FOLDER.
      """,
    version: programVersion)

  @Option(help: ArgumentHelp("The clean manifest, or a folder.", valueName: "file"))
  var input: String

  @Option(help: "What the input is.")
  var format: CorruptConfiguration.Format = .tsv

  @Option(help: "The order of its columns.")
  var columns: ColumnOrder = .captionURL

  @Option(help: ArgumentHelp("The share of lines to corrupt, 0 to 1.", valueName: "share"))
  var ratio: Double

  @Option(help: ArgumentHelp("Names the draws: the same seed, the same files.", valueName: "seed"))
  var seed: UInt64

  @Option(
    name: .customLong("output"),
    help: ArgumentHelp("The noisy manifest to write.", valueName: "file"))
  var path: String

  @Option(help: ArgumentHelp("The truth file to write.", valueName: "file"))
  var truth: String

  @Option(help: ArgumentHelp("The share of images to set aside as meta pairs.", valueName: "share"))
  var metaShare: Double = 0

  @Option(help: ArgumentHelp("The manifest of the meta pairs to write.", valueName: "file"))
  var metaOutput: String?

  @Option(help: ArgumentHelp("The share of images to set aside as dev pairs.", valueName: "share"))
  var devShare: Double = 0

  @Option(help: ArgumentHelp("The manifest of the dev pairs to write.", valueName: "file"))
  var devOutput: String?

  @OptionGroup var output: OutputOptions

  func run() throws {
    let stage = CorruptStage(
      CorruptConfiguration(
        input: input, format: format, columns: columns, ratio: ratio, seed: seed, output: path,
        truth: truth,
        metaShare: metaShare, metaOutput: metaOutput, devShare: devShare, devOutput: devOutput))
    let summary = try output.withContext(of: Self.commandName, on: nil) { context, _ in
      // It needs no workspace.
      try stage.perform(
        in: Workspace(path: "."), context: context, command: Self.commandName)
    }
    try output.print(summary)
  }

  private static let commandName = "winnow-corrupt"
}
