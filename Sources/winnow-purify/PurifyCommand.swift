import ArgumentParser
import CommandSupport
import Stages

@main
struct PurifyCommand: WinnowCommand {
  static let configuration = CommandConfiguration(
    commandName: "winnow-purify",
    abstract: "Decide which pairs of a workspace are kept, on their stored scores.",
    discussion: """
      Fits a mixture of two beta distributions to the similarities and keeps what is more likely \
      matched than not; or keeps by one of three other rules. Deciding again needs no scoring again.

      Example:
        winnow-purify --workspace run
        winnow-purify --workspace run --target-precision 0.95
      """,
    version: programVersion)

  @OptionGroup var workspace: WorkspaceOptions

  @Option(
    help: ArgumentHelp("Keep pairs above this clean probability.", valueName: "probability"))
  var cleanThreshold: Double = 0.5

  @Option(
    help: ArgumentHelp("Keep pairs above this similarity instead.", valueName: "similarity"))
  var threshold: Double?

  @Option(help: ArgumentHelp("Keep this share of the scored pairs instead.", valueName: "share"))
  var keepFraction: Double?

  @Option(
    help: ArgumentHelp(
      "Keep as many pairs as this estimated precision allows instead.", valueName: "precision"))
  var targetPrecision: Double?

  @OptionGroup var output: OutputOptions

  func run() throws {
    var configuration = PurifyConfiguration(cleanThreshold: cleanThreshold)
    configuration.threshold = threshold
    configuration.keepFraction = keepFraction
    configuration.targetPrecision = targetPrecision
    try PurifyStage(configuration).perform(in: workspace, output: output)
  }
}
