import ArgumentParser
import Audit
import CommandSupport
import Foundation
import Pairs
import Stages

struct InspectionBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspection",
    abstract: "Times pages of pairs in a made-up workspace of any size.",
    discussion: """
      Stores that many pairs as the stages do, makes the index that winnow-inspect finds pairs by, and \
      asks for pages in every order under several filters. Shows the slowest ones and how SQLite \
      reads the index.

      Example:
        winnow-bench inspection --pairs 1000000
      """)

  @Option(help: ArgumentHelp("How many pairs.", valueName: "number"))
  var pairs = 1_000_000

  @Option(help: ArgumentHelp("Pairs of a page.", valueName: "number"))
  var limit = 50

  @Option(
    help: ArgumentHelp(
      "Keep the workspace here, and take the one that is there. (default: a temporary folder)",
      valueName: "folder"))
  var workspace: String?

  @OptionGroup var output: SummaryOptions

  func validate() throws {
    guard (1_000...100_000_000).contains(pairs) else {
      throw ValidationError("--pairs must be from 1000 to 100000000, not \(pairs).")
    }
    guard (1...InspectionIndex.largestPage).contains(limit) else {
      throw ValidationError(
        "--limit must be from 1 to \(InspectionIndex.largestPage), not \(limit).")
    }
  }

  func run() throws {
    let temporary = FileManager.default.temporaryDirectory
      .appendingPathComponent("winnow-bench-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: temporary) }
    let workspace = Workspace(path: self.workspace ?? temporary)
    let times = try output.withContext { context, renderer in
      let times = try measure(workspace, context)
      renderer.finish()
      return times
    }
    Terminal.write(output.json ? try OutputOptions.encode(times) : times.report)
  }

  private func measure(_ workspace: Workspace, _ context: StageContext) throws -> InspectionTimes {
    try GeneratedAudit(
      workspace: workspace, pairs: pairs, seed: 1, now: context.now, progress: context.progress
    ).make()
    for suffix in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: workspace.inspectionPath + suffix)
    }
    let audit = try workspace.openDatabase(.writing)
    let clock = ContinuousClock()
    func seconds(_ body: () throws -> Void) rethrows -> Double {
      try clock.measure(body) / .seconds(1)
    }
    let build = try seconds { _ = try workspace.openInspection(of: audit, context: context) }
    let reopen = try seconds { _ = try workspace.openInspection(of: audit, context: context) }
    let index = try workspace.openInspection(of: audit, context: context)
    try audit.store(
      review: ReviewRequest(
        pairID: 1, verdict: .rejected, note: nil, reviewer: "bench", at: context.now()))
    let review = try seconds { try index.refreshIfNeeded() }
    return InspectionTimes(
      pairs: pairs, buildSeconds: build, indexBytes: try Self.bytes(of: workspace.inspectionPath),
      auditBytes: try Self.bytes(of: workspace.databasePath), reopenSeconds: reopen,
      reviewSeconds: review,
      pages: try InspectionTimes.pages(of: index, limit: limit, repeats: 2, seconds: seconds),
      plans: try index.queryPlans())
  }

  private static func bytes(of path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return (attributes[.size] as? NSNumber)?.intValue ?? 0
  }
}

extension InspectionTimes {
  /// The build, the slowest page of each filter, and the plans.
  var report: String {
    var summary = SummaryTable()
    summary.add("pairs", pairs)
    summary.add("index made in", ReportText.seconds(buildSeconds))
    summary.add(
      "index", "\(ReportText.megabytes(indexBytes)) beside \(ReportText.megabytes(auditBytes))")
    summary.add("looked whether current in", ReportText.seconds(reopenSeconds))
    summary.add("one review taken in in", ReportText.seconds(reviewSeconds))
    var table = TextTable([
      ("filter", .left), ("slowest order", .left), ("first", .right), ("again", .right),
      ("slowest page by order", .flexible),
    ])
    for (name, _) in Self.filters {
      let pages = pages.filter { $0.filter == name }
      guard let slowest = pages.max(by: { $0.first < $1.first }) else { continue }
      let bySort = InspectionSort.allCases.map { sort in
        let slowest = pages.filter { $0.sort == sort.rawValue }.map(\.first).max() ?? 0
        return "\(sort.rawValue) \(Int((slowest * 1000).rounded(.up)))"
      }
      table.add([
        name, slowest.sort + (slowest.descending ? ", descending" : ""),
        "\(Int((slowest.first * 1000).rounded(.up))) ms",
        "\(Int((slowest.least * 1000).rounded(.up))) ms", bySort.joined(separator: ", "),
      ])
    }
    let worst = pages.map(\.first).max() ?? 0
    return [
      summary.text, table.text(width: 160),
      "slowest of \(pages.count) pages: \(Int((worst * 1000).rounded(.up))) ms",
      plans.joined(separator: "\n"),
    ].joined(separator: "\n\n")
  }
}
