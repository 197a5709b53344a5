import ArgumentParser
import Audit
import CommandSupport
import Pairs
import Stages

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List pairs in any order, those nearest the threshold first.",
    discussion: """
      Decisions and reasons are those after reviews. Words of --match may be the beginnings of \
      the caption's words, whatever their case and accents.

      Example:
        winnow-inspect list --workspace run --decision rejected --reason mismatch
        winnow-inspect list --workspace run --sort similarity --match 'red car'
        winnow-inspect list --workspace run --sort random --limit 50 --json
      """)

  @OptionGroup var options: InspectionOptions

  @Option(
    name: .customLong("decision"),
    help: "Take pairs that stand so; may be given several times. (default: any)")
  var decisions: [PairStatus] = []

  @Option(
    name: .customLong("reason"),
    help: ArgumentHelp(
      "Take pairs with this reason; may be given several times. (default: any)",
      valueName: "reason"))
  var reasons: [PairReason] = []

  @Option(
    name: .customLong("role"),
    help: "Take pairs of this role; may be given several times. (default: train)")
  var roles: [PairRole] = []

  @Option(
    name: .customLong("match"),
    help: ArgumentHelp("Take pairs whose caption has all these words.", valueName: "words"))
  var words: String = ""

  @Option(help: ArgumentHelp("Take pairs of at least this similarity.", valueName: "similarity"))
  var from: Double?

  @Option(help: ArgumentHelp("Take pairs of at most this similarity.", valueName: "similarity"))
  var to: Double?

  @Flag(help: "Take pairs that somebody reviewed.")
  var reviewed = false

  @Flag(help: "Take pairs that nobody reviewed.")
  var notReviewed = false

  @Option(help: "The order.")
  var sort: InspectionSort = .thresholdDistance

  @Flag(help: "Turn the order round.")
  var descending = false

  @Option(help: ArgumentHelp("The most pairs to list, 1 to 1000.", valueName: "number"))
  var limit = 20

  @Option(
    help: ArgumentHelp(
      "Go on after this place, which the list before names at its end.", valueName: "place"))
  var after: String?

  func validate() throws {
    guard (1...InspectionIndex.largestPage).contains(limit) else {
      throw ValidationError(
        "--limit must be from 1 to \(InspectionIndex.largestPage), not \(limit).")
    }
    guard !(reviewed && notReviewed) else {
      throw ValidationError("give only one of --reviewed and --not-reviewed")
    }
    _ = try similarity
  }

  func run() throws {
    let filter = InspectionFilter(
      roles: roles.isEmpty ? [.train] : Set(roles), statuses: Set(decisions),
      reasons: Set(reasons), isReviewed: reviewed ? true : notReviewed ? false : nil,
      search: words, similarity: try similarity)
    let list = try options.withIndex { _, index in
      try PairList(
        of: index, filter, sort: sort, descending: descending, after: after, limit: limit)
    }
    try options.print(list, list.report)
  }

  private var similarity: ClosedRange<Double>? {
    get throws {
      guard from != nil || to != nil else { return nil }
      let (lower, upper) = (from ?? 0, to ?? 1)
      guard lower <= upper else {
        throw ValidationError("--from \(lower) is above --to \(upper)")
      }
      return lower...upper
    }
  }
}
