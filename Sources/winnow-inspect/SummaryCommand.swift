import ArgumentParser
import CommandSupport
import Stages

struct SummaryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "summary",
    abstract: "Show where the pairs stand, and how similarities led there.",
    discussion: """
      Counts by decision and reason, and a histogram of the harvested pairs' similarities with the \
      threshold and with what the mixture's two components expect. Where both networks decide, \
      each has a mixture and a histogram of its own.

      Example:
        winnow-inspect summary --workspace run
        winnow-inspect summary --workspace run --bars 40
      """)

  @OptionGroup var options: InspectionOptions

  @Option(
    help: ArgumentHelp(
      "How many bars the histogram has; a number that divides 1000.", valueName: "number"))
  var bars = 20

  func validate() throws {
    guard (1...1_000).contains(bars), 1_000.isMultiple(of: bars) else {
      throw ValidationError("--bars must divide 1000, and \(bars) does not.")
    }
  }

  func run() throws {
    let summary = try options.withIndex { audit, index in
      try InspectionSummary(of: index, audit, bars: bars)
    }
    try options.print(summary, summary.report)
  }
}
