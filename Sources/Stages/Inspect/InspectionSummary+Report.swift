import Audit
import Pairs

extension InspectionSummary {
  /// The counts and the histograms as text, lines no wider than `width` where that can be.
  public func report(width: Int) -> String {
    guard !counts.isEmpty else { return "no pairs" }
    var parts = [countTable(width)]
    var rule = SummaryTable()
    rule.add("model", model ?? "none has scored yet")
    rule.add(
      "rule",
      self.rule.map { name in
        name + (threshold.map { ", above \(PairTable.fixed($0))" } ?? "")
      } ?? "no decisions yet")
    parts.append(rule.text)
    // As wide as a terminal is not: a bar of 200 cells says no more than one of 40.
    let chartWidth = min(width, 100)
    for chart in charts {
      let lines = MixtureChart(chart: chart, width: chartWidth).lines
      parts.append(([title(of: chart)] + lines).joined(separator: "\n"))
    }
    if !charts.isEmpty {
      let hasMixture = charts.contains { $0.mixture != nil }
      let marks = hasMixture ? "  × mismatched and o matched as the mixture expects them" : ""
      parts.append("░ not kept  █ kept" + marks)
    }
    return parts.joined(separator: "\n\n")
  }

  private func title(of chart: Chart) -> String {
    let whose =
      switch chart.measure {
      case .mean: "Similarities of harvested pairs"
      case .networkA: "Similarities of harvested pairs by network A"
      case .networkB: "Similarities of harvested pairs by network B"
      }
    let share = chart.mixture.map {
      ", \(DecimalText.fixed(100 * $0.matchedShare, digits: 1)) % matched"
    }
    return whose + (share ?? "")
  }

  private struct Group: Hashable {
    let role: PairRole
    let status: PairStatus
    let reason: PairReason?
    let stage: String
  }

  /// A line for each status, reason and stage; the statuses in the order in which pairs come to them.
  private func countTable(_ width: Int) -> String {
    var pairs: [Group: Int] = [:]
    var reviewed = 0
    for count in counts {
      let group = Group(
        role: count.role, status: count.finalStatus, reason: count.finalReason, stage: count.stage)
      pairs[group, default: 0] += count.pairs
      if count.isReviewed { reviewed += count.pairs }
    }
    let totals = Dictionary(grouping: pairs, by: \.key.role).mapValues { groups in
      groups.reduce(0) { $0 + $1.value }
    }
    let statuses: [PairStatus] = [.kept, .rejected, .pending, .failed]
    var table = TextTable([
      ("role", .left), ("status", .left), ("reason", .left), ("last stage", .left),
      ("pairs", .right), ("share", .right),
    ])
    for role in PairRole.allCases {
      for status in statuses {
        let groups = pairs.filter { $0.key.role == role && $0.key.status == status }
        for (group, count) in groups.sorted(by: { Self.order($0) < Self.order($1) }) {
          table.add([
            role.rawValue, status.rawValue, group.reason?.rawValue ?? "", group.stage,
            SummaryTable.grouped(count), DecimalText.percent(count, of: totals[role] ?? 0),
          ])
        }
      }
    }
    let note = reviewed > 0 ? "\n\(SummaryTable.grouped(reviewed)) of them by a review" : ""
    return table.text(width: width) + note
  }

  private static func order(_ entry: (key: Group, value: Int)) -> (Int, String, String) {
    (-entry.value, entry.key.reason?.rawValue ?? "", entry.key.stage)
  }
}
