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
        winnow-ingest --workspace shard-7 --input cc12m.tsv --shard 7/64
        winnow-ingest --workspace run --format precomp --input f30k_precomp
        winnow-ingest --workspace run --format img2dataset --input cc3m
        winnow-ingest --workspace run --format webdataset --input 'shards/*.tar'

      With --format precomp the input is a folder with train_ims.npy (features of images, N x \
      regions x dimension) and train_caps.txt or train_caps.tsv (N or 5N captions); likewise \
      meta_, dev_ and test_. The arrays are read where they lie; no winnow-featurize is needed.

      With --format img2dataset the input is an output_folder of img2dataset, of files or \
      webdataset; rows that failed there are taken from its tables. With --format webdataset it is \
      tar archives with KEY.jpg (png, webp, gif ...) and KEY.txt, or KEY.json with caption and url. \
      The pictures are copied into the workspace; no winnow-fetch is needed.

      With --shard 7/64 the workspace takes a stable 64th of the harvested lines, the eighth: \
      shards count from 0, and a line's key alone says which is its own. Trusted pairs are taken \
      whole. Shards are united by winnow-merge.
      """,
    version: programVersion)

  @OptionGroup var workspace: WorkspaceOptions

  @Option(
    help: ArgumentHelp(
      "A manifest or folder to read; may be given several times.", valueName: "file"))
  var input: [String]

  @Option(help: "What the input is.")
  var format: IngestConfiguration.Format = .tsv

  @Option(help: "The order of their columns.")
  var columns: ColumnOrder = .captionURL

  @Option(
    help: "What a manifest's pairs are for; all but train are trusted. (default: train)")
  var role: PairRole?

  @Option(
    help: ArgumentHelp(
      "A split of the folder to read; may be given several times. (default: those there are)",
      valueName: "split"))
  var split: [PairRole] = []

  @Option(
    help: ArgumentHelp(
      "The folder of local images, which no path may leave. (default: the manifest's folder)",
      valueName: "folder"))
  var imageRoot: String?

  @Option(
    help: ArgumentHelp(
      "Take this shard of the harvested lines, from 0/N to N-1/N. (default: all)",
      valueName: "i/n"))
  var shard: ManifestShards?

  @OptionGroup var restart: RestartOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let stage = IngestStage(
      IngestConfiguration(
        inputs: input, format: format, columns: columns, role: role,
        splits: split.isEmpty ? nil : split, imageRoot: imageRoot, shard: shard))
    try stage.perform(in: workspace, restarts: restart.restarts, output: output)
  }
}
