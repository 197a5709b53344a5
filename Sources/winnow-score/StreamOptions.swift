import ArgumentParser
import Imaging
import Stages

/// How `--stream` makes features; what is left out follows the workspace's features or the model's.
struct StreamOptions: ParsableArguments {
  @Option(help: "The network that makes the features. (default: the model's, or lite0)")
  var backbone: FeaturizeConfiguration.Backbone?

  @Option(
    help: ArgumentHelp(
      "Its weights. (default: Data/weights/efficientnet_BACKBONE.pth)", valueName: "file"))
  var weights: String?

  @Option(help: ArgumentHelp("Regions per side. (default: the model's, or 6)", valueName: "number"))
  var grid: Int?

  @Option(help: "How a picture becomes square. (default: the model's, or crop)")
  var fit: ImageFit?

  @Option(help: "To what features are rounded. (default: the model's, or float16)")
  var precision: FeaturePrecision?

  @Option(
    help: ArgumentHelp(
      "Refuse pictures of more pixels, in millions. (default: the model's, or 100)",
      valueName: "number"))
  var maxMegapixels: Int?

  @Option(
    help: ArgumentHelp(
      "Refuse files of more bytes, in 2^20. (default: the model's, or 64)", valueName: "number"))
  var maxMegabytes: Int?

  @Option(
    help: ArgumentHelp(
      "Give up pictures that take longer to decode. (default: the model's, or 20)",
      valueName: "seconds"))
  var maxSeconds: Int?

  @Option(
    help: ArgumentHelp(
      "Refuse pictures with a shorter side. (default: the model's, or 2)", valueName: "pixels"))
  var minSide: Int?

  @Option(
    help: ArgumentHelp(
      "Threads that look at pictures. (default: one a processor)", valueName: "number"))
  var workers: Int?

  @Option(
    help: ArgumentHelp("Images that a thread takes at a time. (default: 8)", valueName: "number"))
  var batch: Int?

  /// The options as the stage takes them.
  var choices: FeaturizeChoices {
    var choices = FeaturizeChoices()
    choices.backbone = backbone
    choices.weights = weights
    choices.grid = grid
    choices.fit = fit
    choices.precision = precision
    choices.maximumMegapixels = maxMegapixels
    choices.maximumMegabytes = maxMegabytes
    choices.maximumSeconds = maxSeconds
    choices.minimumSide = minSide
    choices.workers = workers
    choices.batch = batch
    return choices
  }
}

extension FeaturizeConfiguration.Backbone: ExpressibleByArgument {}
extension ImageFit: ExpressibleByArgument {}
extension FeaturePrecision: ExpressibleByArgument {}
