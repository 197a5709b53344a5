import GRDB
import Pairs

extension AuditDatabase {
  /// Everything that happened to a pair: its runs, what came of its URL, each model's scores, each
  /// run's decision, all reviews.
  ///
  /// - Throws: `AuditError.noSuchRow` for a pair that is not there.
  public func history(ofPair pair: Int64) throws(AuditError) -> PairHistory {
    let reviews = try reviews(ofPair: pair)
    return try read { database in
      guard
        let runs = try Row.fetchOne(
          database,
          sql: """
            SELECT source.run_id, fetch.run_id, location.run_id
            FROM pair JOIN source ON source.source_id = pair.source_id
            LEFT JOIN location ON location.location_id = pair.location_id
            LEFT JOIN fetch ON fetch.location_id = location.location_id
            WHERE pair.pair_id = ?
            """, arguments: [pair])
      else { throw AuditError.noSuchRow(table: "pair", id: pair) }
      let scores = try Row.fetchAll(database, sql: Self.selectScores, arguments: [pair])
        .map(PairHistory.Score.init)
      let decisions = try Row.fetchAll(database, sql: Self.selectDecisions, arguments: [pair])
        .map(PairHistory.Decision.init)
      let ids: Set<Int64> = Set(
        [runs[0], runs[1], runs[2]].compactMap(\.self) + scores.map(\.run) + decisions.map(\.run))
      return PairHistory(
        steps: try ids.sorted().compactMap { try step($0, in: database) },
        fetch: try Row.fetchOne(database, sql: Self.selectFetch, arguments: [pair])
          .map(PairHistory.Fetch.init),
        scores: scores.sorted { $0.run < $1.run }, decisions: decisions, reviews: reviews)
    }
  }

  private func step(_ run: Int64, in database: Database) throws -> PairHistory.Step? {
    try Row.fetchOne(
      database,
      sql: """
        SELECT run_id, command, program_version, started_at, ended_at FROM run WHERE run_id = ?
        """, arguments: [run]
    ).map {
      PairHistory.Step(
        run: $0[0], command: $0[1], programVersion: $0[2], startedAt: $0[3], endedAt: $0[4])
    }
  }

  private static let selectFetch = """
    SELECT fetch.run_id, fetch.reason, fetch.detail, fetch.http_status, fetch.final_url,
      fetch.content_type, fetch.byte_count, fetch.seconds, fetch.tries, fetch.fetched_at
    FROM pair JOIN fetch ON fetch.location_id = pair.location_id
    WHERE pair.pair_id = ?
    """

  // CROSS JOIN keeps SQLite to this order of tables: a lookup for each model and each run.
  private static let selectScores = """
    SELECT score.run_id, model.name, score.similarity_a, score.similarity_b, score.similarity,
      score.model_id IS published.model_id
    FROM published CROSS JOIN model
    CROSS JOIN score ON score.model_id = model.model_id AND score.pair_id = ?
    """

  private static let selectDecisions = """
    SELECT decision.run_id, coalesce(run.ended_at, run.started_at), model.name, decision_set.rule,
      decision_set.threshold, decision.is_kept, decision.reason, decision.detail,
      decision.clean_probability, decision.run_id IS published.decision_run_id
    FROM published CROSS JOIN decision_set
    CROSS JOIN decision ON decision.run_id = decision_set.run_id AND decision.pair_id = ?
    JOIN run ON run.run_id = decision_set.run_id
    JOIN model ON model.model_id = decision_set.model_id
    ORDER BY decision.run_id
    """
}

extension PairHistory.Fetch {
  fileprivate init(_ row: Row) throws {
    self.init(
      run: row[0], reason: try closedIfPresent(row[1], column: "fetch.reason"), detail: row[2],
      httpStatus: row[3], finalURL: row[4], contentType: row[5], bytes: row[6], seconds: row[7],
      tries: row[8], fetchedAt: row[9])
  }
}

extension PairHistory.Score {
  fileprivate init(_ row: Row) {
    self.init(
      run: row[0], model: row[1], similarityA: row[2], similarityB: row[3], similarity: row[4],
      isShown: row[5])
  }
}

extension PairHistory.Decision {
  fileprivate init(_ row: Row) throws {
    self.init(
      run: row[0], decidedAt: row[1], model: row[2], rule: row[3], threshold: row[4],
      isKept: row[5], reason: try closed(row[6], column: "decision.reason"), detail: row[7],
      cleanProbability: row[8], isShown: row[9])
  }
}
