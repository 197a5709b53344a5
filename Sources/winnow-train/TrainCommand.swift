import ArgumentParser
import CommandSupport
import Models
import Stages

@main
struct TrainCommand: WinnowCommand {
  static let configuration = CommandConfiguration(
    commandName: "winnow-train",
    abstract: "Train two similarity networks on the pairs of a workspace.",
    discussion: """
      Learns from the harvested pairs, noisy as they are, and corrects itself on the trusted ones \
      (role meta, at least 50; reviewed ones count with --meta-from-reviews). A line an epoch \
      goes to models/training.jsonl. Running it again goes on from the last finished epoch.

      Example:
        winnow-train --workspace run --seed 1
        winnow-train --workspace run --seed 1 --meta-from-reviews
        winnow-train --workspace shard-0 --seed 1 --sample 150000
        winnow-train --workspace run --seed 1 --preset paper --recipe published
        winnow-train --workspace run --seed 1 --recipe published \\
          --initialize-from model_best.pth.tar --warmup-epochs 0
      """,
    version: programVersion)

  @OptionGroup var workspace: WorkspaceOptions

  @Option(help: ArgumentHelp("Names all randomness.", valueName: "number"))
  var seed: UInt64

  @Option(
    help: ArgumentHelp(
      "Train on so many harvested pairs, those whose keys come first. (default: all)",
      valueName: "number"))
  var sample: Int?

  @Option(
    help: ArgumentHelp(
      "Start from this published checkpoint or models folder, with its sizes and vocabulary.",
      valueName: "path"))
  var initializeFrom: String?

  @Option(
    help: ArgumentHelp(
      "The vocabulary to use. (default: beside the checkpoint; without one, made of the captions)",
      valueName: "file"))
  var vocabulary: String?

  @Option(help: "Sizes of the networks.")
  var preset: NetworkPreset = .compact

  @Option(help: "How to train; what follows overrides parts of it.")
  var recipe: RecipeName = .robust

  @Option(
    help: ArgumentHelp("The loss of the warm-up: published or complementary.", valueName: "loss"))
  var warmupLoss: WarmupLoss?

  @Flag(inversion: .prefixedNo, help: "Teach V the labelled pairs in the warm-up as well.")
  var calibrateWarmup: Bool?

  @Flag(inversion: .prefixedNo, help: "Let the similarity networks learn from trusted pairs too.")
  var learnFromTrusted: Bool?

  @Flag(help: "Trust harvested pairs that a reviewer kept; rejected ones are mismatches.")
  var metaFromReviews = false

  @Option(help: ArgumentHelp("Epochs before any pair is judged.", valueName: "number"))
  var warmupEpochs: Int?

  @Option(help: ArgumentHelp("Pairs a batch in the warm-up.", valueName: "number"))
  var warmupBatch: Int?

  @Option(help: ArgumentHelp("Adam's step size in the warm-up.", valueName: "rate"))
  var warmupRate: Double?

  @Option(help: ArgumentHelp("Epochs with purification and meta step.", valueName: "number"))
  var epochs: Int?

  @Option(help: ArgumentHelp("Pairs a batch after the warm-up.", valueName: "number"))
  var batch: Int?

  @Option(help: ArgumentHelp("Step size of the similarity networks.", valueName: "rate"))
  var rate: Double?

  @Option(
    help: ArgumentHelp(
      "Step size of the meta networks; 0 leaves out the meta steps.", valueName: "rate"))
  var metaRate: Double?

  @Option(help: ArgumentHelp("Rates fall to a tenth every so many epochs.", valueName: "number"))
  var rateDecayEpochs: Int?

  @Option(
    help: ArgumentHelp(
      "Train on pairs above this clean probability; 0 takes all.", valueName: "probability"))
  var cleanThreshold: Double?

  @Flag(inversion: .prefixedNo, help: "Let both networks choose pairs before either learns.")
  var selectTogether: Bool?

  @Option(help: ArgumentHelp("Dev images that choose the best epoch.", valueName: "number"))
  var devImages: Int?

  @Option(
    help: ArgumentHelp(
      "Graph reasoning (sgr) or attention filtration (saf). (default: sgr)", valueName: "variant"))
  var reasoning: ReasoningKind?

  @Option(help: ArgumentHelp("Width of the shared space, d.", valueName: "number"))
  var embedSize: Int?

  @Option(help: ArgumentHelp("Width of a similarity vector, m.", valueName: "number"))
  var similarityDimension: Int?

  @Option(help: ArgumentHelp("Rarer words become <unk>.", valueName: "number"))
  var minimumCount: Int = 4

  @OptionGroup var restart: RestartOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    var configuration = TrainConfiguration(preset: preset, recipe: recipe, seed: seed)
    configuration.warmupLoss = warmupLoss
    configuration.calibrateWarmup = calibrateWarmup
    configuration.learnFromTrusted = learnFromTrusted
    configuration.metaFromReviews = metaFromReviews ? true : nil
    configuration.warmupEpochs = warmupEpochs
    configuration.warmupBatch = warmupBatch
    configuration.warmupRate = warmupRate
    configuration.epochs = epochs
    configuration.batch = batch
    configuration.rate = rate
    configuration.metaRate = metaRate
    configuration.rateDecayEpochs = rateDecayEpochs
    configuration.cleanThreshold = cleanThreshold
    configuration.selectTogether = selectTogether
    configuration.devImages = devImages
    configuration.reasoning = reasoning
    configuration.embedSize = embedSize
    configuration.similarityDimension = similarityDimension
    configuration.minimumCount = minimumCount
    configuration.initializeFrom = initializeFrom
    configuration.vocabulary = vocabulary
    configuration.sample = sample
    try TrainStage(configuration).perform(
      in: workspace, restarts: restart.restarts, output: output)
  }
}

extension NetworkPreset: ExpressibleByArgument {}
extension ReasoningKind: ExpressibleByArgument {}
extension RecipeName: ExpressibleByArgument {}
extension WarmupLoss: ExpressibleByArgument {}
