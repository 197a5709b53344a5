import GRDB
import Pairs

extension AuditDatabase {
  /// Harvested pairs that a model has scored and whose image has features, those nearest to where
  /// the decision turns first; ties by number. Reads every score of the model.
  ///
  /// - Parameters:
  ///   - scope: What has been decided, if anything has. Pairs that were rejected for what they are,
  ///     not for what the model says, are in neither half.
  ///   - rejected: The rejected half, or the kept one.
  ///   - limit: The most that are returned.
  public func pairsToExplain(
    _ scope: ExplanationScope, rejected: Bool, model: Int64, limit: Int
  ) throws(AuditError) -> [PairToExplain] {
    try read { database in
      let sql: String
      let arguments: StatementArguments
      switch scope {
      case .decided(let run, let byProbability):
        let measure = byProbability ? "decision.clean_probability" : "score.similarity"
        let reasons = rejected ? [PairReason.mismatch, .uncertain] : [.matched]
        sql = """
          SELECT pair.pair_id, \(Self.isExplained)
          FROM decision_set
          CROSS JOIN decision ON decision.run_id = decision_set.run_id
          CROSS JOIN score
            ON score.model_id = decision_set.model_id AND score.pair_id = decision.pair_id
          CROSS JOIN pair ON pair.pair_id = decision.pair_id
          \(Self.joinFeatures)
          WHERE decision_set.model_id = ?1 AND decision_set.run_id = ?2
            AND source.role = 'train' AND image.shard IS NOT NULL
            AND decision.reason IN (\(reasons.map { "'\($0.rawValue)'" }.joined(separator: ", ")))
          ORDER BY abs(coalesce(\(measure), score.similarity) - decision_set.threshold),
            pair.pair_id
          LIMIT ?3
          """
        arguments = [model, run, limit]
      case .undecided(let middle):
        sql = """
          SELECT pair.pair_id, \(Self.isExplained)
          FROM score
          CROSS JOIN pair ON pair.pair_id = score.pair_id
          \(Self.joinFeatures)
          WHERE score.model_id = ?1 AND source.role = 'train' AND image.shard IS NOT NULL
            AND score.similarity \(rejected ? "<=" : ">") ?2
          ORDER BY abs(score.similarity - ?2), pair.pair_id LIMIT ?3
          """
        arguments = [model, middle, limit]
      }
      return try Row.fetchAll(database, sql: sql, arguments: arguments).map {
        PairToExplain(pairID: $0[0], isExplained: $0[1])
      }
    }
  }

  private static let isExplained = """
    EXISTS (
      SELECT 1 FROM explanation
      WHERE explanation.model_id = ?1 AND explanation.pair_id = pair.pair_id)
    """
}
