import ArgumentParser
import CommandSupport
import Imaging
import Stages

@main
struct FeaturizeCommand: WinnowCommand {
  static let configuration = CommandConfiguration(
    commandName: "winnow-featurize",
    abstract: "Decode the images of a workspace and store their region features.",
    discussion: """
      Each image content is decoded once, however many pairs use it; a bad image fails its pairs \
      with a reason and stops nothing. Running it again goes on with what was interrupted.

      Example:
        winnow-featurize --workspace run
      """,
    version: programVersion)

  @OptionGroup var workspace: WorkspaceOptions

  @Option(help: "The network that makes the features.")
  var backbone: FeaturizeConfiguration.Backbone = .lite0

  @Option(
    help: ArgumentHelp(
      "Its weights. (default: Data/weights/efficientnet_BACKBONE.pth)", valueName: "file"))
  var weights: String?

  @Option(help: ArgumentHelp("Regions per side.", valueName: "number"))
  var grid: Int = 6

  @Option(help: "How a picture becomes square.")
  var fit: ImageFit = .crop

  @Option(help: "How features are stored: float32 takes twice the disk.")
  var precision: FeaturePrecision = .float16

  @Option(
    help: ArgumentHelp("Refuse pictures of more pixels, in millions.", valueName: "number"))
  var maxMegapixels: Int = 100

  @Option(help: ArgumentHelp("Refuse files of more bytes, in 2^20.", valueName: "number"))
  var maxMegabytes: Int = 64

  @Option(
    help: ArgumentHelp("Give up pictures that take longer to decode.", valueName: "seconds"))
  var maxSeconds: Int = 20

  @Option(help: ArgumentHelp("Refuse pictures with a shorter side.", valueName: "pixels"))
  var minSide: Int = 2

  @Option(help: ArgumentHelp("Threads. (default: one a processor)", valueName: "number"))
  var workers: Int?

  @Option(help: ArgumentHelp("Images that a thread takes at a time.", valueName: "number"))
  var batch: Int = 8

  @OptionGroup var restart: RestartOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let stage = FeaturizeStage(
      FeaturizeConfiguration(
        backbone: backbone, weights: weights, grid: grid, fit: fit, precision: precision,
        maximumMegapixels: maxMegapixels, maximumMegabytes: maxMegabytes,
        maximumSeconds: maxSeconds, minimumSide: minSide, workers: workers, batch: batch))
    try stage.perform(in: workspace, restarts: restart.restarts, output: output)
  }
}

extension FeaturizeConfiguration.Backbone: ExpressibleByArgument {}
extension ImageFit: ExpressibleByArgument {}
extension FeaturePrecision: ExpressibleByArgument {}
