import Audit

/// Which pairs are explained: the rejected ones and as many of those that are kept, in both halves
/// those nearest to where the decision turns first.
struct PairSelection {
  /// Of the rejected half.
  let rejected: [PairToExplain]
  /// Of the kept half.
  let kept: [PairToExplain]

  /// Kept pairs that are explained where fewer are rejected.
  static let leastKept = 100

  /// - Parameter limit: the most pairs in all. Where there are more, neither half takes more than
  ///   half of them, unless the other has fewer.
  init(rejected: [PairToExplain], kept: [PairToExplain], limit: Int) {
    let wanted = min(kept.count, max(rejected.count, Self.leastKept))
    let keptCount = min(wanted, max(limit - rejected.count, limit / 2))
    self.kept = Array(kept.prefix(keptCount))
    self.rejected = Array(rejected.prefix(limit - keptCount))
  }

  init(
    _ scope: ExplanationScope, of database: AuditDatabase, model: Int64, limit: Int
  ) throws(AuditError) {
    self.init(
      rejected: try database.pairsToExplain(scope, rejected: true, model: model, limit: limit),
      kept: try database.pairsToExplain(scope, rejected: false, model: model, limit: limit),
      limit: limit)
  }

  /// The numbers of those that are not explained yet, in order.
  var pending: [Int64] {
    (rejected + kept).filter { !$0.isExplained }.map(\.pairID).sorted()
  }

  /// Pairs of both halves.
  var count: Int { rejected.count + kept.count }
}
