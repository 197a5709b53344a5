import GRDB
import Pairs

/// A pair's score and key.
public struct KeyedScore: Sendable, Equatable {
  /// What both networks say.
  public let score: PairScore
  /// The pair's key.
  public let key: PairKey
}

extension AuditDatabase {
  /// Calls `body` with all of a model's stored scores of harvested pairs, in the order of the pairs'
  /// numbers, none of them held.
  ///
  /// One transaction and not one a page: for a stage that writes, which holds nobody else's writes
  /// back. `body` may not use the database.
  public func forEachScore(
    ofModel model: Int64, _ body: (KeyedScore) throws -> Void
  ) throws(AuditError) {
    try read { database in
      let rows = try RawStatement(
        database,
        """
        SELECT score.pair_id, score.similarity_a, score.similarity_b, pair.key, pair.occurrence
        FROM score
        CROSS JOIN pair ON pair.pair_id = score.pair_id
        CROSS JOIN source ON source.source_id = pair.source_id
        WHERE score.model_id = ? AND source.role = 'train'
        ORDER BY score.pair_id
        """)
      try rows.forEach([model.databaseValue]) { row in
        try body(
          KeyedScore(
            score: PairScore(
              pairID: row.integer(0), similarityA: row.double(1) ?? 0, similarityB: row.double(2)),
            key: try row.pairKey(3, occurrence: 4)))
      }
    }
  }
}
