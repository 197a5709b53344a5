import Foundation
import GRDB
import Pairs

extension AuditDatabase {
  /// The runs whose decisions are stored, oldest first.
  public func decisionSets() throws(AuditError) -> [DecisionSet] {
    let runs = try runs()
    return try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT decision_set.run_id, decision_set.model_id, rule, threshold, parameters, name,
            decision_set.run_id IS published.decision_run_id
          FROM published CROSS JOIN decision_set JOIN model USING (model_id)
          ORDER BY decision_set.run_id
          """
      ).compactMap { row in
        runs.first { $0.id == row[0] as Int64 }.map { run in
          DecisionSet(
            run: run,
            rule: DecisionRule(model: row[1], name: row[2], threshold: row[3], parameters: row[4]),
            model: row[5], isShown: row[6])
        }
      }
    }
  }

  /// A run's decisions as a whole.
  ///
  /// - Throws: `AuditError.notADecisionRun` naming the runs that have some.
  public func decisionSet(ofRun run: Int64) throws(AuditError) -> DecisionSet {
    let sets = try decisionSets()
    guard let found = sets.first(where: { $0.run.id == run }) else {
      throw .notADecisionRun(run: run, those: sets.map(\.run.id))
    }
    return found
  }

  /// How many pairs went from each decision to each other, unchanged ones included. Reads all of both
  /// runs' decisions, a span of pairs at a time.
  public func decisionChanges(_ first: Int64, _ second: Int64) throws(AuditError)
    -> [DecisionChange]
  {
    var counts: [DecisionChange: Int] = [:]
    let last = try lastDecidedPair(first, second)
    var after: Int64 = 0
    while after < last {
      let through = after + Self.span
      try read { database in
        let rows = try Row.fetchCursor(
          database,
          sql: """
            SELECT was_kept, was_reason, is_kept, reason, count(*) FROM (\(Self.bothDecisions))
            GROUP BY 1, 2, 3, 4
            """, arguments: Self.arguments(first, second, after, through))
        while let row = try rows.next() {
          let change = DecisionChange(
            statusBefore: Self.status(row[0]),
            reasonBefore: try closedIfPresent(row[1], column: "decision.reason"),
            statusAfter: Self.status(row[2]),
            reasonAfter: try closedIfPresent(row[3], column: "decision.reason"), pairs: 0)
          counts[change, default: 0] += row[4]
        }
      }
      after = through
    }
    return counts.map { $0.key.counting($0.value) }.sorted {
      ($0.isOfStatus ? 0 : 1, -$0.pairs, $0.sortText) < (
        $1.isOfStatus ? 0 : 1, -$1.pairs, $1.sortText
      )
    }
  }

  /// The pairs of which two runs say different things, in the order of their numbers.
  ///
  /// - Parameters:
  ///   - reasons: Whether pairs count that only the reason of differs.
  ///   - pair: The last number of the page before; 0 for the first page.
  ///   - limit: The most that are returned.
  /// - Throws: `AuditError.notADecisionRun` for a run that decided nothing.
  public func decisionDifferences(
    _ first: Int64, _ second: Int64, reasons: Bool = false, after pair: Int64 = 0, limit: Int
  ) throws(AuditError) -> [DecisionDifference] {
    let models = [
      try decisionSet(ofRun: first).rule.model, try decisionSet(ofRun: second).rule.model,
    ]
    let last = try lastDecidedPair(first, second)
    var found: [DecisionDifference] = []
    var after = pair
    while after < last, found.count < limit {
      let through = after + Self.span
      found += try read { database in
        let rows = try Row.fetchAll(
          database,
          sql: """
            SELECT pair_id, was_kept, was_reason, was_detail, was_probability, is_kept, reason,
              detail, probability
            FROM (\(Self.bothDecisions))
            WHERE was_kept IS NOT is_kept \(reasons ? "OR was_reason IS NOT reason" : "")
            ORDER BY pair_id LIMIT ?
            """,
          arguments: Self.arguments(first, second, after, through) + [limit - found.count])
        return try rows.compactMap { row in
          try difference(row, models: models, in: database)
        }
      }
      after = through
    }
    return found
  }

  private func difference(
    _ row: Row, models: [Int64], in database: Database
  ) throws -> DecisionDifference? {
    let pair = row[0] as Int64
    func decided(_ column: Int, model: Int64) throws -> DecidedPair? {
      guard let isKept = row[column] as Bool? else { return nil }
      return DecidedPair(
        isKept: isKept, reason: try closed(row[column + 1], column: "decision.reason"),
        detail: row[column + 2], cleanProbability: row[column + 3],
        similarity: try Double.fetchOne(
          database,
          sql: "SELECT similarity FROM score WHERE model_id = ? AND pair_id = ?",
          arguments: [model, pair]))
    }
    return try Row.fetchOne(
      database,
      sql: """
        SELECT key, occurrence, CAST(caption AS BLOB), CAST(url AS BLOB) FROM pair
        WHERE pair_id = ?
        """, arguments: [pair]
    ).map { named in
      DecisionDifference(
        pairID: pair, key: try named.pairKey(0), caption: named.text(2), url: named.text(3),
        before: try decided(1, model: models[0]), after: try decided(5, model: models[1]))
    }
  }

  private func lastDecidedPair(_ first: Int64, _ second: Int64) throws(AuditError) -> Int64 {
    try read { database in
      // One maximum at a time: each is then a single step from the index's end.
      try [first, second].map { run in
        try Int64.fetchOne(
          database, sql: "SELECT max(pair_id) FROM decision WHERE run_id = ?", arguments: [run])
          ?? 0
      }.max() ?? 0
    }
  }

  private static let span: Int64 = 100_000

  private static func status(_ isKept: Bool?) -> PairStatus? {
    isKept.map { $0 ? .kept : .rejected }
  }

  private static func arguments(
    _ first: Int64, _ second: Int64, _ after: Int64, _ through: Int64
  ) -> StatementArguments {
    [first, after, through, second, second, after, through, first]
  }

  private static let bothDecisions = """
    SELECT old.pair_id, old.is_kept AS was_kept, old.reason AS was_reason,
      old.detail AS was_detail, old.clean_probability AS was_probability,
      new.is_kept AS is_kept, new.reason AS reason, new.detail AS detail,
      new.clean_probability AS probability
    FROM (SELECT * FROM decision WHERE run_id = ? AND pair_id > ? AND pair_id <= ?) AS old
    LEFT JOIN decision AS new ON new.run_id = ? AND new.pair_id = old.pair_id
    UNION ALL
    SELECT new.pair_id, NULL, NULL, NULL, NULL, new.is_kept, new.reason, new.detail,
      new.clean_probability
    FROM decision AS new
    WHERE new.run_id = ? AND new.pair_id > ? AND new.pair_id <= ?
      AND NOT EXISTS (
        SELECT 1 FROM decision AS old WHERE old.run_id = ? AND old.pair_id = new.pair_id)
    """
}

extension DecisionChange {
  fileprivate func counting(_ pairs: Int) -> DecisionChange {
    DecisionChange(
      statusBefore: statusBefore, reasonBefore: reasonBefore, statusAfter: statusAfter,
      reasonAfter: reasonAfter, pairs: pairs)
  }

  fileprivate var sortText: String {
    [statusBefore?.rawValue, reasonBefore?.rawValue, statusAfter?.rawValue, reasonAfter?.rawValue]
      .map { $0 ?? "" }.joined(separator: "/")
  }
}
