import ArgumentParser
import CommandSupport
import Stages

struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show everything that is known of one pair.",
    discussion: """
      Its decision with the reason in a sentence, similarities and clean probability, the runs that \
      touched it, what each run decided, what each model scored, reviews, and the pairs of the same \
      or nearly the same picture.

      Example:
        winnow-inspect show --workspace run 17
        winnow-inspect show --workspace run 6f1ed002ab5595859014ebf0951522d9 --json
      """)

  @OptionGroup var options: InspectionOptions

  @Argument(help: ArgumentHelp("The pair's number or its key.", valueName: "pair"))
  var pair: String

  @Option(
    help: ArgumentHelp(
      "The most near duplicates to name, 0 to 1000.", valueName: "number"))
  var nearLimit = 10

  func validate() throws {
    guard (0...1_000).contains(nearLimit) else {
      throw ValidationError("--near-limit must be from 0 to 1000, not \(nearLimit).")
    }
  }

  func run() throws {
    let details = try options.withIndex { audit, index in
      try PairDetails(
        ofPair: audit.pairID(named: pair), in: audit, index, nearLimit: nearLimit)
    }
    try options.print(details, details.report)
  }
}
