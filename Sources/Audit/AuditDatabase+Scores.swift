import GRDB
import Pairs

extension AuditDatabase {
  /// The number of the model of this name, stored when it is new.
  public func modelID(named name: String) throws(AuditError) -> Int64 {
    try write(movesPairs: false) { database in
      try database.execute(
        sql: "INSERT INTO model (name) VALUES (?) ON CONFLICT (name) DO NOTHING",
        arguments: [name])
      return try Int64.fetchOne(
        database, sql: "SELECT model_id FROM model WHERE name = ?", arguments: [name]) ?? 0
    }
  }

  /// Stores a batch of scores in one transaction. A pair that the model scored before keeps that
  /// score's row with the new values.
  public func store(
    _ scores: [PairScore], model: Int64, run: Int64
  ) throws(AuditError) {
    try write(movesPairs: false) { database in
      let insert = try BulkStatement(
        database,
        sql: """
          INSERT INTO score
            (model_id, pair_id, similarity_a, similarity_b, similarity, run_id)
          VALUES (?, ?, ?, ?, ?, ?)
          ON CONFLICT (model_id, pair_id) DO UPDATE SET
            similarity_a = excluded.similarity_a, similarity_b = excluded.similarity_b,
            similarity = excluded.similarity, run_id = excluded.run_id
          """)
      for score in scores {
        try insert.execute {
          $0.bind(model)
          $0.bind(score.pairID)
          $0.bind(score.similarityA)
          $0.bind(score.similarityB)
          $0.bind(score.similarity)
          $0.bind(run)
        }
      }
      try add(["ok": scores.count], toRun: run, in: database)
    }
  }

  /// Makes a model's scores the ones that `pair_audit` shows. Decisions made on another model's
  /// scores are no longer shown: those pairs are pending again.
  public func publishScores(ofModel model: Int64) throws(AuditError) {
    try write { database in
      try database.execute(
        sql: """
          UPDATE published SET model_id = :model, decision_run_id = (
            SELECT run_id FROM decision_set
            WHERE run_id = published.decision_run_id AND model_id = :model)
          """, arguments: ["model": model])
    }
  }

  /// The model whose scores are shown: its number and name.
  public func publishedModel() throws(AuditError) -> (id: Int64, name: String)? {
    try read { database in
      try Row.fetchOne(
        database, sql: "SELECT model_id, name FROM published JOIN model USING (model_id)"
      ).map { ($0[0], $0[1]) }
    }
  }

  /// A model's stored scores of pairs of the given roles, in the order of the pairs' numbers.
  ///
  /// - Parameters:
  ///   - pair: The last number of the page before; 0 for the first page.
  ///   - limit: The most that are returned.
  public func scores(
    ofModel model: Int64, roles: Set<PairRole>, after pair: Int64 = 0, limit: Int
  ) throws(AuditError) -> [PairScore] {
    let (names, roleArguments) = placeholders(for: roles)
    return try read { database in
      var arguments: StatementArguments = [model, pair]
      arguments += StatementArguments(roleArguments)
      arguments += [limit]
      return try Row.fetchAll(
        database,
        sql: """
          SELECT score.pair_id, score.similarity_a, score.similarity_b
          FROM score
          CROSS JOIN pair ON pair.pair_id = score.pair_id
          CROSS JOIN source ON source.source_id = pair.source_id
          WHERE score.model_id = ? AND score.pair_id > ? AND source.role IN (\(names))
          ORDER BY score.pair_id LIMIT ?
          """, arguments: arguments
      ).map { PairScore(pairID: $0[0], similarityA: $0[1], similarityB: $0[2]) }
    }
  }

  /// How many pairs of the given roles a model has scored.
  public func scoreCount(ofModel model: Int64, roles: Set<PairRole>) throws(AuditError) -> Int {
    let (names, roleArguments) = placeholders(for: roles)
    return try read { database in
      var arguments: StatementArguments = [model]
      arguments += StatementArguments(roleArguments)
      return try Int.fetchOne(
        database,
        sql: """
          SELECT count(*) FROM score
          CROSS JOIN pair ON pair.pair_id = score.pair_id
          CROSS JOIN source ON source.source_id = pair.source_id
          WHERE score.model_id = ? AND source.role IN (\(names))
          """, arguments: arguments) ?? 0
    }
  }

  /// Forgets the scores of one model, or of all, the decisions made on them and what explains them.
  public func discardScores(ofModel model: Int64? = nil) throws(AuditError) {
    try write { database in
      try database.execute(
        sql: """
          UPDATE published SET model_id = NULL, decision_run_id = NULL
          WHERE :model IS NULL OR model_id = :model
          """, arguments: ["model": model])
      try database.execute(
        sql: """
          DELETE FROM decision WHERE run_id IN (
            SELECT run_id FROM decision_set WHERE :model IS NULL OR model_id = :model)
          """, arguments: ["model": model])
      try database.execute(
        sql: "DELETE FROM decision_set WHERE :model IS NULL OR model_id = :model",
        arguments: ["model": model])
      for table in ["score", "explanation"] {
        // A run that goes on counts anew what it does anew.
        try database.execute(
          sql: """
            UPDATE run SET counts = NULL WHERE ended_at IS NULL AND run_id IN (
              SELECT run_id FROM \(table) WHERE :model IS NULL OR model_id = :model)
            """, arguments: ["model": model])
        try database.execute(
          sql: "DELETE FROM \(table) WHERE :model IS NULL OR model_id = :model",
          arguments: ["model": model])
      }
    }
  }
}
