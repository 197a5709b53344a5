import Audit
import Pairs

extension DecisionComparison {
  /// What differs between the runs, how many pairs changed how, and which, as text.
  public func report(width: Int) -> String {
    var parts = [sides(width)]
    let moved = changes.filter(\.isOfStatus).reduce(0) { $0 + $1.pairs }
    let all = changes.reduce(0) { $0 + $1.pairs }
    let changed = changes.filter(\.isChange)
    if changed.isEmpty {
      parts.append("all \(SummaryTable.grouped(all)) decisions are the same")
      return parts.joined(separator: "\n\n")
    }
    parts.append(
      "\(SummaryTable.grouped(moved)) of \(SummaryTable.grouped(all)) pairs changed decision\n"
        + changeTable(changed, width))
    parts.append(why(changed, width))
    if !differences.isEmpty { parts.append(pairTable(width)) }
    if let next { parts.append("the next ones: --after \(next)") }
    return parts.joined(separator: "\n\n")
  }

  private func sides(_ width: Int) -> String {
    var table = TextTable([("", .left), ("before", .left), ("after", .left), ("", .left)])
    func add(_ name: String, _ value: (Side) -> String) {
      let values = [value(before), value(after)]
      table.add([name, values[0], values[1], values[0] == values[1] ? "" : "differs"])
    }
    table.add(["run", String(before.run), String(after.run), ""])
    table.add(["ended", before.endedAt ?? "not ended", after.endedAt ?? "not ended", ""])
    add("model", \.model)
    add("rule", \.rule)
    add("threshold") { PairTable.fixed($0.threshold) }
    add("matched share") { side in
      side.mixtures.map { DecimalText.fixed($0.matchedShare, digits: 3) }.joined(separator: ", ")
    }
    for setting in settings {
      table.add([
        setting.name, setting.before ?? "not given", setting.after ?? "not given", "differs",
      ])
    }
    return table.text(width: width)
  }

  private func changeTable(_ changes: [DecisionChange], _ width: Int) -> String {
    var table = TextTable([
      ("before", .left), ("", .left), ("after", .left), ("", .left), ("pairs", .right),
    ])
    for change in changes {
      table.add([
        change.statusBefore?.rawValue ?? "undecided", change.reasonBefore?.rawValue ?? "",
        change.statusAfter?.rawValue ?? "undecided", change.reasonAfter?.rawValue ?? "",
        SummaryTable.grouped(change.pairs),
      ])
    }
    return table.text(width: width)
  }

  /// What the new reasons mean, and what may have brought them about.
  private func why(_ changes: [DecisionChange], _ width: Int) -> String {
    var lines: [String] = []
    if before.model != after.model {
      lines.append("Another model scored the pairs, so similarities and probabilities differ.")
    } else if before.rule != after.rule {
      lines.append("Another rule decided on the same scores.")
    } else if before.threshold != after.threshold {
      let way = after.threshold > before.threshold ? "rose" : "fell"
      lines.append("The threshold \(way), on the same scores.")
    } else if before.mixtures != after.mixtures {
      lines.append("The mixture was fitted to other pairs.")
    }
    var seen: Set<PairReason> = []
    for reason in changes.compactMap(\.reasonAfter) where seen.insert(reason).inserted {
      lines.append("\(reason.rawValue): \(reason.explanation)")
    }
    if changes.contains(where: { $0.statusAfter == nil || $0.statusBefore == nil }) {
      lines.append("undecided: The run did not decide these, for want of a score or since stopped.")
    }
    return lines.flatMap { WrappedText.lines(of: $0, width: width) }.joined(separator: "\n")
  }

  private func pairTable(_ width: Int) -> String {
    let hasSimilarities = before.model != after.model
    var table = TextTable(
      [("pair", .right), ("before", .left), ("after", .left), ("clean", .left)]
        + [(hasSimilarities ? "similarity" : "similar", hasSimilarities ? .left : .right)]
        + [("caption", .flexible)])
    for difference in differences {
      let sides = [difference.before, difference.after]
      let similarities = sides.map { PairTable.number($0?.similarity) }
      table.add([
        String(difference.pairID), difference.before?.reason.rawValue ?? "undecided",
        difference.after?.reason.rawValue ?? "undecided",
        arrow(sides.map { PairTable.number($0?.cleanProbability) }),
        hasSimilarities ? arrow(similarities) : similarities.first { !$0.isEmpty } ?? "",
        difference.caption ?? "",
      ])
    }
    return table.text(width: width)
  }

  private func arrow(_ values: [String]) -> String {
    values[0] == values[1]
      ? values[0] : values.map { $0.isEmpty ? "–" : $0 }.joined(separator: " → ")
  }
}
