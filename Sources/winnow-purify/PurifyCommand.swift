import ArgumentParser
import CommandSupport
import Stages

@main
struct PurifyCommand: WinnowCommand {
  static let configuration = CommandConfiguration(
    commandName: "winnow-purify",
    abstract: "Decide which pairs of a workspace are kept, on their stored scores.",
    discussion: """
      Fits a mixture of two beta distributions to each network's similarities. The mean of their \
      clean probabilities decides: above the threshold a pair is kept, down to one minus the \
      threshold it is rejected as uncertain, below as a mismatch. Or keeps by one of three other \
      rules, on the mean similarity. Deciding again needs no scoring again.

      What a pair is can reject it as well, by rules that are off unless chosen. Repeats are sought \
      among the pairs that nothing else speaks against, so that one of them always stays.

      Example:
        winnow-purify --workspace run
        winnow-purify --workspace run --target-precision 0.95
        winnow-purify --workspace run --drop-repeated --placeholder-captions 20
        winnow-export --workspace run --decision rejected --reason uncertain
      """,
    version: programVersion)

  @OptionGroup var workspace: WorkspaceOptions

  @Option(
    help: ArgumentHelp(
      """
      Keep pairs above this clean probability. (default: \(PurifyConfiguration.usualThreshold); \
      with --consensus 0.4 where the mixtures find that 95 % of the pairs match)
      """, valueName: "probability"))
  var cleanThreshold: Double?

  @Flag(
    inversion: .prefixedNo,
    help: "A mixture for each network; otherwise one of their mean similarity.")
  var consensus = true

  @Option(
    help: ArgumentHelp("Keep pairs above this similarity instead.", valueName: "similarity"))
  var threshold: Double?

  @Option(help: ArgumentHelp("Keep this share of the scored pairs instead.", valueName: "share"))
  var keepFraction: Double?

  @Option(
    help: ArgumentHelp(
      "Keep as many pairs as this estimated precision allows instead.", valueName: "precision"))
  var targetPrecision: Double?

  @OptionGroup(title: "Rules on what pairs are") var content: ContentOptions

  @OptionGroup var output: OutputOptions

  func run() throws {
    var configuration = PurifyConfiguration(
      cleanThreshold: cleanThreshold, consensus: consensus)
    configuration.threshold = threshold
    configuration.keepFraction = keepFraction
    configuration.targetPrecision = targetPrecision
    configuration.content = content.rules
    try PurifyStage(configuration).perform(in: workspace, output: output)
  }
}
