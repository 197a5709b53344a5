import ArgumentParser
import CommandSupport
import Stages

struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Say which pairs changed decision between two runs, and why.",
    discussion: """
      Decisions of earlier runs of winnow-purify stay stored. `show` names the runs that decided a \
      pair; a number that is none of them gets all that are.

      Example:
        winnow-inspect diff --workspace run 5 6
        winnow-inspect diff --workspace run 5 6 --reasons --limit 100
      """)

  @OptionGroup var options: InspectionOptions

  @Argument(help: ArgumentHelp("The run that comes first.", valueName: "run 1"))
  var first: Int64

  @Argument(help: ArgumentHelp("The run that it is compared with.", valueName: "run 2"))
  var second: Int64

  @Flag(help: "List pairs too that only the reason of differs.")
  var reasons = false

  @Option(help: ArgumentHelp("The most pairs to list, 1 to 100000.", valueName: "number"))
  var limit = 20

  @Option(
    help: ArgumentHelp(
      "Go on after this pair, which the list before names at its end.", valueName: "number"))
  var after: Int64 = 0

  func validate() throws {
    guard (1...100_000).contains(limit) else {
      throw ValidationError("--limit must be from 1 to 100000, not \(limit).")
    }
  }

  func run() throws {
    let comparison = try options.withAudit { audit in
      try DecisionComparison(
        first, second, in: audit, reasons: reasons, after: after, limit: limit)
    }
    try options.print(comparison, comparison.report)
  }
}
