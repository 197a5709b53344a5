import Audit
import Pairs

/// The similarities of all harvested pairs, and what decides on them.
struct HistogramAnswer: Encodable, Sendable {
  struct Rule: Encodable, Sendable {
    let name: String
    let level: Double
    /// The similarity that pairs have to exceed; nil where the rule asks for something else.
    let similarity: Double?
    let run: Int64

    enum CodingKeys: String, CodingKey {
      case name
      case level
      case similarity
      case run
    }
  }

  /// Pairs in each bar: kept by the model, rejected by it, decided by their content or by a reviewer,
  /// and not decided. A threshold moves the first two alone.
  let matched: [Int]
  let unmatched: [Int]
  let other: [Int]
  let pending: [Int]
  let unscored: Int
  let rule: Rule?
  let mixtures: [DecisionMixture]
  var purifyCommand: String

  enum CodingKeys: String, CodingKey {
    case matched
    case unmatched
    case other
    case pending
    case scored
    case unscored
    case rule
    case mixtures
    case purifyCommand = "purify_command"
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(matched, forKey: .matched)
    try container.encode(unmatched, forKey: .unmatched)
    try container.encode(other, forKey: .other)
    try container.encode(pending, forKey: .pending)
    let scored = [matched, unmatched, other, pending].joined().reduce(0, +)
    try container.encode(scored, forKey: .scored)
    try container.encode(unscored, forKey: .unscored)
    try container.encodeIfPresent(rule, forKey: .rule)
    try container.encode(mixtures, forKey: .mixtures)
    try container.encode(purifyCommand, forKey: .purifyCommand)
  }
}

extension Records {
  /// The histogram of similarities in bars from 0 to 1.
  func histogram(bars: Int) throws -> HistogramAnswer {
    try index.refreshIfNeeded()
    let matched = try index.similarities(
      of: InspectionFilter(statuses: [.kept], reasons: [.matched], isReviewed: false), bars: bars
    ).bars
    let unmatched = try index.similarities(
      of: InspectionFilter(
        statuses: [.rejected], reasons: [.mismatch, .uncertain], isReviewed: false), bars: bars
    ).bars
    let pending = try index.similarities(
      of: InspectionFilter(statuses: [.pending]), bars: bars
    ).bars
    let all = try index.similarities(
      of: InspectionFilter(), bars: bars)
    let published = try audit.publishedRule()
    return HistogramAnswer(
      matched: matched, unmatched: unmatched,
      other: all.bars.indices.map { all.bars[$0] - matched[$0] - unmatched[$0] - pending[$0] },
      pending: pending, unscored: all.unscored,
      rule: published.map { run, rule in
        HistogramAnswer.Rule(
          name: rule.name, level: rule.threshold,
          similarity: rule.comparesProbability ? nil : rule.threshold, run: run)
      },
      mixtures: published?.rule.mixtures ?? [],
      purifyCommand: configuration.command("winnow-purify"))
  }
}
