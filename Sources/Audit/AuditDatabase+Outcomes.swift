import GRDB
import Pairs

extension AuditDatabase {
  /// How many lines all sources have: the rows of `pair_audit`.
  public func pairCount() throws(AuditError) -> Int {
    try read { database in
      try Int.fetchOne(database, sql: "SELECT coalesce(sum(line_count), 0) FROM source") ?? 0
    }
  }

  /// Where the pairs of the given roles stand, in the order of their numbers.
  ///
  /// - Parameters:
  ///   - pair: The last number of the page before; 0 for the first page.
  ///   - limit: The most that are returned.
  public func outcomes(
    roles: Set<PairRole>, after pair: Int64 = 0, limit: Int
  ) throws(AuditError) -> [PairOutcome] {
    let (names, roleArguments) = placeholders(for: roles)
    return try read { database in
      var arguments: StatementArguments = [pair]
      arguments += StatementArguments(roleArguments)
      arguments += [limit]
      return try Row.fetchAll(
        database,
        sql: """
          SELECT pair.pair_id, pair.key, pair.occurrence, audit.source, audit.line, audit.role,
            audit.status, audit.reason, audit.similarity, audit.clean_probability
          FROM pair CROSS JOIN pair_audit AS audit ON audit.pair_id = pair.pair_id
          WHERE pair.pair_id > ? AND audit.role IN (\(names))
          ORDER BY pair.pair_id LIMIT ?
          """, arguments: arguments
      ).map { row in
        PairOutcome(
          pairID: row[0], key: try row.pairKey(1), source: row[3], line: row[4],
          role: try closed(row[5], column: "role"), status: try closed(row[6], column: "status"),
          reason: try closedIfPresent(row[7], column: "reason"),
          similarity: row[8], cleanProbability: row[9])
      }
    }
  }
}
