import Audit
import Pairs

extension PairDetails {
  /// All of it as text, lines no wider than `width` where that can be.
  public func report(width: Int) -> String {
    var parts = [standing(width)]
    parts.append("History\n" + steps(width))
    if !history.decisions.isEmpty { parts.append("Decisions\n" + decisions(width)) }
    if !history.scores.isEmpty { parts.append("Scores\n" + scores(width)) }
    if !history.reviews.isEmpty { parts.append("Reviews\n" + reviews(width)) }
    if near.total > 0 {
      let count = near.total > near.pairs.count ? " (\(near.pairs.count) of \(near.total))" : ""
      parts.append("Near duplicates\(count)\n" + nearDuplicates(width))
    }
    return parts.joined(separator: "\n\n")
  }

  private func standing(_ width: Int) -> String {
    var rows = LabelledLines(width: width)
    rows.add("pair", "\(pair.pairID), key \(pair.key)")
    if let caption = pair.caption { rows.add("caption", caption) }
    if let url = pair.url { rows.add("URL", url) }
    rows.add("manifest", "\(pair.source), line \(pair.line), \(pair.role.rawValue)")
    if let hash = pair.imageSHA256 {
      let size = pair.width.map { width in pair.height.map { ", \(width) × \($0) pixels" } ?? "" }
      rows.add("picture", "\(pair.imageFormat ?? "not looked at")\(size ?? "")")
      rows.add("SHA-256", hash)
    }
    rows.add("decision", decision)
    if let explanation { rows.add("", explanation) }
    if let detail = pair.detail { rows.add("", detail) }
    if pair.finalStatus != pair.status || pair.finalReason != pair.reason {
      let reason = pair.reason.map { ", \($0.rawValue)" } ?? ""
      rows.add("by the model", "\(pair.status.rawValue)\(reason)")
    }
    if let similarity = pair.similarity {
      let networks = pair.similarityA.map { a in
        pair.similarityB.map { " (A \(PairTable.fixed(a)), B \(PairTable.fixed($0)))" } ?? ""
      }
      rows.add("similarity", PairTable.fixed(similarity) + (networks ?? ""))
    }
    if let probability = pair.cleanProbability {
      rows.add("clean", "with a probability of \(PairTable.fixed(probability))")
    }
    if let shown = history.decisions.last(where: \.isShown) {
      rows.add("rule", "\(shown.rule), above \(PairTable.fixed(shown.threshold))")
    }
    return rows.text
  }

  private var decision: String {
    let reason = pair.finalReason.map { ", \($0.rawValue)" } ?? ""
    return pair.finalStatus.rawValue + reason + (pair.isReviewed ? " (reviewed)" : "")
  }

  private func steps(_ width: Int) -> String {
    var table = TextTable([
      ("run", .right), ("stage", .left), ("ended", .left), ("what", .flexible),
    ])
    for step in history.steps {
      table.add([
        String(step.run), step.command, step.endedAt ?? "not ended", what(step),
      ])
    }
    return table.text(width: width)
  }

  private func what(_ step: PairHistory.Step) -> String {
    if step.command == "fetch", let fetch = history.fetch, fetch.run == step.run {
      let status = fetch.httpStatus.map { "HTTP \($0), " } ?? ""
      let outcome = fetch.reason?.rawValue ?? "\(SummaryTable.grouped(fetch.bytes ?? 0)) bytes"
      let redirect = fetch.finalURL.map { ", from \($0)" } ?? ""
      return "\(status)\(outcome), tries \(fetch.tries)\(redirect)"
    }
    if let decision = history.decisions.first(where: { $0.run == step.run }) {
      return (decision.isKept ? "kept, " : "rejected, ") + decision.reason.rawValue
    }
    if let score = history.scores.first(where: { $0.run == step.run }) {
      return "similarity \(PairTable.fixed(score.similarity))"
    }
    return "by version \(step.programVersion)"
  }

  private func decisions(_ width: Int) -> String {
    var table = TextTable([
      ("run", .right), ("decision", .left), ("reason", .left), ("clean", .right),
      ("rule", .left), ("above", .right), ("", .left), ("detail", .flexible),
    ])
    for decision in history.decisions {
      table.add([
        String(decision.run), decision.isKept ? "kept" : "rejected", decision.reason.rawValue,
        PairTable.number(decision.cleanProbability), decision.rule,
        PairTable.fixed(decision.threshold), decision.isShown ? "shown" : "",
        decision.detail ?? "",
      ])
    }
    return table.text(width: width)
  }

  private func scores(_ width: Int) -> String {
    var table = TextTable([
      ("run", .right), ("similarity", .right), ("A", .right), ("B", .right), ("", .left),
      ("model", .flexible),
    ])
    for score in history.scores {
      table.add([
        String(score.run), PairTable.fixed(score.similarity), PairTable.fixed(score.similarityA),
        PairTable.number(score.similarityB), score.isShown ? "shown" : "", score.model,
      ])
    }
    return table.text(width: width)
  }

  private func reviews(_ width: Int) -> String {
    var table = TextTable([
      ("when", .left), ("verdict", .left), ("reviewer", .left), ("note", .flexible),
    ])
    for review in history.reviews {
      table.add([
        review.createdAt, review.verdict.rawValue, DisplayWidth.cut(review.reviewer, to: 20),
        review.note ?? "",
      ])
    }
    return table.text(width: width)
  }

  private func nearDuplicates(_ width: Int) -> String {
    var table = TextTable([
      ("pair", .right), ("decision", .left), ("reason", .left), ("similarity", .right),
      ("picture", .left), ("caption", .flexible),
    ])
    for other in near.pairs {
      let picture =
        other.isSameFile ? "same file" : other.differingBits.map { "\($0) bits" } ?? "near"
      table.add([
        String(other.pair.pairID), other.pair.finalStatus.rawValue,
        other.pair.finalReason?.rawValue ?? "", PairTable.number(other.pair.similarity), picture,
        other.pair.caption ?? "",
      ])
    }
    return table.text(width: width)
  }
}

/// Labels and texts of any length, wrapped beside each other.
private struct LabelledLines {
  let width: Int
  private var rows: [(label: String, text: String)] = []
  /// `by the model` and two spaces; leaves room for a SHA-256 in 80 columns.
  private static let indent = 14

  init(width: Int) {
    self.width = width
  }

  mutating func add(_ label: String, _ text: String) {
    rows.append((label, text))
  }

  var text: String {
    rows.flatMap { label, text in
      WrappedText.lines(of: text, width: max(width - Self.indent, 20)).enumerated().map {
        let label = $0 == 0 ? label : ""
        return label + String(repeating: " ", count: Self.indent - label.count) + $1
      }
    }.joined(separator: "\n")
  }
}
