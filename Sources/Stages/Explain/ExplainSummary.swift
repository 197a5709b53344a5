import Foundation

/// What the stage `explain` did.
public struct ExplainSummary: StageSummary {
  /// The model whose explanations they are.
  public let model: String
  /// Pairs explained by this run.
  public let explained: Int
  /// Pairs that an earlier run had explained.
  public let explainedBefore: Int
  /// Of both, those that are rejected; before any decision, that are less similar than the middle.
  public let rejected: Int
  /// Of both, the others: those nearest to where the decision turns.
  public let kept: Int
  /// Time of this run.
  public let seconds: Double

  enum CodingKeys: String, CodingKey {
    case model
    case explained
    case explainedBefore = "explained_before"
    case rejected
    case kept
    case seconds
  }

  /// Of explaining pairs, what is searched for them included.
  public var throughput: Throughput? { Throughput(explained, "pairs", seconds: seconds) }

  /// The summary as lines for a person.
  public var report: String {
    var table = SummaryTable()
    table.add("model", model)
    table.add("pairs explained", explained)
    if explainedBefore > 0 { table.add("explained before", explainedBefore) }
    table.add("of them rejected", rejected)
    table.add("of them kept", kept)
    table.add(throughput)
    return table.text
  }
}
