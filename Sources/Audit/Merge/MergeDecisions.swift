import GRDB

/// What the audits show: whose scores, and by which rule they decided.
struct MergeDecisions {
  /// How an audit decided.
  private struct Rule: Equatable {
    let name: String
    let threshold: Double
    let parameters: String
    /// The run of the whole.
    let run: Int64
  }

  /// What is shown in one audit.
  struct Shown {
    /// Its model's number; nil where nothing was scored.
    var model: Int64?
    /// The number of the run that decided; nil where none did.
    var run: Int64?
  }

  /// The model's name; nil where nothing was scored anywhere.
  let model: String?
  /// What each audit shows.
  let shown: [Shown]
  /// The run of the whole that decided; nil where the audits decided by different rules, or some not
  /// at all: then no decision is taken over.
  var run: Int64? { rule?.run }
  private let rule: Rule?

  /// - Throws: `AuditError.shardsDiffer` for different models; `.refused` for an audit whose pairs
  ///   were not scored, unless that is allowed.
  init(of inputs: [MergeInput], _ runs: MergeRuns, allowsIncomplete: Bool) throws {
    var shown: [Shown] = []
    var models: [(shard: String, value: String?)] = []
    var rules: [Rule?] = []
    var unscored: [String] = []
    for (index, input) in inputs.enumerated() {
      let row = try Row.fetchOne(
        input.database,
        sql: """
          SELECT published.model_id, model.name, decision_set.run_id, rule, threshold, parameters,
            EXISTS (
              SELECT 1 FROM source CROSS JOIN pair ON pair.source_id = source.source_id
              WHERE source.role = 'train' AND pair.reason IS NULL)
          FROM published
          LEFT JOIN model ON model.model_id = published.model_id
          LEFT JOIN decision_set ON decision_set.run_id = decision_run_id
          """)
      guard let row else { throw AuditError.noSuchRow(table: "published", id: 1) }
      shown.append(Shown(model: row[0], run: row[2]))
      models.append((input.name, row[1]))
      // An audit without harvested pairs has nothing to score or to decide.
      guard row[6] else { continue }
      if row[0] as Int64? == nil { unscored.append(input.name) }
      rules.append(
        try (row[2] as Int64?).map { run in
          Rule(
            name: row[3], threshold: row[4], parameters: row[5],
            run: try runs.number(ofRun: run, in: index))
        })
    }
    model = try MergeConflict.requireSame("the model", models)
    self.shown = shown
    rule = if let first = rules.first, rules.allSatisfy({ $0 == first }) { first } else { nil }
    if model != nil, !allowsIncomplete, let name = unscored.first {
      throw AuditError.refused(
        what: name,
        problem: "was not scored, others were; run winnow-score there, or give --allow-incomplete")
    }
  }

  /// Stores the model and the rule, and shows them.
  func write(to database: Database) throws {
    guard let model else { return }
    try database.execute(
      sql: "INSERT INTO model (model_id, name) VALUES (1, ?)", arguments: [model])
    if let rule {
      try database.execute(
        sql: """
          INSERT INTO decision_set (run_id, model_id, rule, threshold, parameters)
          VALUES (?, 1, ?, ?, ?)
          """, arguments: [rule.run, rule.name, rule.threshold, rule.parameters])
    }
    try database.execute(
      sql: "UPDATE published SET model_id = 1, decision_run_id = ?", arguments: [rule?.run])
  }
}
