import GRDB
import Pairs

extension AuditDatabase {
  /// Begins the decisions of a run, or goes on with them.
  ///
  /// Decisions are stored beside the ones that are shown, and are shown all at once by
  /// `publishDecisions(ofRun:)`; earlier runs' stay for comparison until discarded.
  ///
  /// - Returns: The number of the last pair that the run has decided; 0 when none.
  public func beginDecisions(_ rule: DecisionRule, run: Int64) throws(AuditError) -> Int64 {
    try write { database in
      let stored = try Row.fetchOne(
        database,
        sql: "SELECT model_id, rule, threshold, parameters FROM decision_set WHERE run_id = ?",
        arguments: [run]
      ).map { DecisionRule(model: $0[0], name: $0[1], threshold: $0[2], parameters: $0[3]) }
      if stored == rule {
        return try Int64.fetchOne(
          database, sql: "SELECT max(pair_id) FROM decision WHERE run_id = ?",
          arguments: [run]) ?? 0
      }
      // The scores or the fit changed since the run was begun: what it decided is void.
      try delete(run: run, in: database)
      try database.execute(
        sql: """
          INSERT INTO decision_set (run_id, model_id, rule, threshold, parameters)
          VALUES (?, ?, ?, ?, ?)
          """, arguments: [run, rule.model, rule.name, rule.threshold, rule.parameters])
      return 0
    }
  }

  /// Stores a batch of decisions in one transaction.
  public func store(_ decisions: [PairDecision], run: Int64) throws(AuditError) {
    try write { database in
      let insert = try BulkStatement(
        database,
        sql: """
          INSERT INTO decision (run_id, pair_id, is_kept, reason, detail, clean_probability)
          VALUES (?, ?, ?, ?, ?, ?)
          """)
      var counts: [String: Int] = [:]
      for decision in decisions {
        try insert.execute {
          $0.bind(run)
          $0.bind(decision.pairID)
          $0.bind(decision.isKept ? Int64(1) : 0)
          $0.bind(decision.reason.rawValue)
          $0.bind(decision.detail)
          $0.bind(decision.cleanProbability)
        }
        counts[decision.reason.rawValue, default: 0] += 1
      }
      try add(counts, toRun: run, in: database)
    }
  }

  /// Makes a run's decisions, and its model's scores, the ones that `pair_audit` shows.
  public func publishDecisions(ofRun run: Int64) throws(AuditError) {
    try write { database in
      try database.execute(
        sql: """
          UPDATE published SET (model_id, decision_run_id) =
            (SELECT model_id, run_id FROM decision_set WHERE run_id = :run)
          WHERE EXISTS (SELECT 1 FROM decision_set WHERE run_id = :run)
          """, arguments: ["run": run])
      guard database.changesCount == 1 else {
        throw AuditError.noSuchRow(table: "decision_set", id: run)
      }
    }
  }

  /// The rule behind the decisions that are shown, and its run.
  public func publishedRule() throws(AuditError) -> (run: Int64, rule: DecisionRule)? {
    try read { database in
      try Row.fetchOne(
        database,
        sql: """
          SELECT run_id, decision_set.model_id, rule, threshold, parameters
          FROM published JOIN decision_set ON run_id = decision_run_id
          """
      ).map {
        ($0[0], DecisionRule(model: $0[1], name: $0[2], threshold: $0[3], parameters: $0[4]))
      }
    }
  }

  /// Forgets the decisions of one run.
  public func discardDecisions(ofRun run: Int64) throws(AuditError) {
    try write { database in try delete(run: run, in: database) }
  }

  private func delete(run: Int64, in database: Database) throws {
    for sql in [
      "UPDATE published SET decision_run_id = NULL WHERE decision_run_id = ?",
      "DELETE FROM decision WHERE run_id = ?",
      "DELETE FROM decision_set WHERE run_id = ?",
      "UPDATE run SET counts = NULL WHERE run_id = ?",
    ] {
      try database.execute(sql: sql, arguments: [run])
    }
  }
}
