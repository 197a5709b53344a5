import GRDB
import Pairs

extension AuditDatabase {
  /// A picture that was found to be one, and whose features were used and not stored. Where no stage has
  /// looked, and of what failed, it is not true either.
  static let isUnstored =
    "(image.image_id IS NOT NULL AND image.shard IS NULL AND image.reason IS NULL)"

  /// How many image locations have their bytes here, and for how many of them (`done`) nothing is
  /// left to store: the features of their picture are, or there are none.
  public func featureProgress() throws(AuditError) -> ImageProgress {
    try read { database in
      let row = try Row.fetchOne(
        database,
        sql: """
          SELECT count(*),
            count(*) FILTER (WHERE location.run_id IS NOT NULL AND NOT \(Self.isUnstored))
          FROM location
          LEFT JOIN fetch ON fetch.location_id = location.location_id
          LEFT JOIN image ON image.image_id = location.image_id
          WHERE NOT location.is_remote OR fetch.sha256 IS NOT NULL
          """)
      return ImageProgress(total: row?[0] ?? 0, done: row?[1] ?? 0)
    }
  }

  /// How many images have stored features. Reads an index of these alone.
  public func storedFeatureCount() throws(AuditError) -> Int {
    try read { database in
      try Int.fetchOne(database, sql: "SELECT count(*) FROM image WHERE shard IS NOT NULL") ?? 0
    }
  }

  /// How many pairs of some roles have a picture whose features were used and not stored.
  ///
  /// - Parameter model: When given, only pairs that this model has scored.
  public func unstoredPairCount(
    roles: Set<PairRole>, scoredBy model: Int64? = nil
  ) throws(AuditError) -> Int {
    let (names, roleArguments) = placeholders(for: roles)
    return try read { database in
      var arguments = StatementArguments(roleArguments)
      if let model { arguments += [model] }
      return try Int.fetchOne(
        database,
        sql: """
          SELECT count(*) FROM pair \(Self.joinFeatures)
          WHERE source.role IN (\(names)) AND \(Self.isUnstored)
          \(model == nil
            ? ""
            : """
            AND EXISTS (
              SELECT 1 FROM score WHERE score.model_id = ? AND score.pair_id = pair.pair_id)
            """)
          """, arguments: arguments) ?? 0
    }
  }

  /// Forgets what came of all image locations of whose pictures no features are stored, failed ones
  /// included, and with it all scores and decisions: they are to be looked at again.
  public func discardUnstoredImages() throws(AuditError) {
    try discardScores()
    try write { database in
      try database.execute(
        sql: """
          UPDATE location SET image_id = NULL, reason = NULL, detail = NULL, run_id = NULL
          WHERE run_id IS NOT NULL AND (
            image_id IS NULL OR image_id IN (SELECT image_id FROM image WHERE shard IS NULL));
          DELETE FROM image WHERE shard IS NULL;
          """)
      try discardNearGroups(in: database)
      try recountUnfinishedFeaturizing(in: database)
    }
  }

  /// A run that goes on counts anew what it looks at anew; what it keeps stays counted.
  private func recountUnfinishedFeaturizing(in database: Database) throws {
    let runs = try Int64.fetchAll(
      database, sql: "SELECT run_id FROM run WHERE command = 'featurize' AND ended_at IS NULL")
    for run in runs {
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT coalesce(location.reason, image.reason, 'ok'), count(*)
          FROM location LEFT JOIN image ON image.image_id = location.image_id
          WHERE location.run_id = ? GROUP BY 1
          """, arguments: [run])
      let counts = Dictionary(
        rows.map { ($0[0] as String, $0[1] as Int) }, uniquingKeysWith: +)
      try database.execute(
        sql: "UPDATE run SET counts = ? WHERE run_id = ?",
        arguments: [counts.isEmpty ? nil : try Self.encodeCounts(counts), run])
    }
  }
}
