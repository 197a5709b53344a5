import GRDB
import Pairs

extension AuditDatabase {
  /// All sources, in the order in which their ingests began.
  public func sources() throws(AuditError) -> [SourceRecord] {
    try read { database in try Self.sources(in: database) }
  }

  static func sources(in database: Database) throws -> [SourceRecord] {
    try Row.fetchAll(database, sql: selectSource + " ORDER BY source_id").map(sourceRecord)
  }

  /// The source of the manifest at an absolute path.
  public func source(at path: String) throws(AuditError) -> SourceRecord? {
    try read { database in try source(at: path, in: database) }
  }

  /// Stores a source, or finds it when its ingest was begun before.
  ///
  /// - Throws: `AuditError.sourceConflict` when it was begun with another role, column order or
  ///   image root, `.sourceChanged` when the file's hash is another.
  public func beginSource(
    _ description: SourceDescription, run: Int64
  ) throws(AuditError) -> SourceRecord {
    try write { database in
      if let stored = try source(at: description.path, in: database) {
        try Self.check(description, agreesWith: stored.description)
        return stored
      }
      try database.execute(
        sql: """
          INSERT INTO source (path, role, column_order, image_root, sha256, shards, run_id)
          VALUES (?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          description.path, description.role.rawValue, description.columns.rawValue,
          description.imageRoot, description.sha256, description.shards?.description, run,
        ])
      return SourceRecord(
        id: database.lastInsertedRowID, description: description, lineCount: 0, linesRead: 0,
        byteCount: 0, isComplete: false, runID: run)
    }
  }

  /// Refuses to go on with a source under other options.
  public static func check(
    _ given: SourceDescription, agreesWith stored: SourceDescription
  ) throws(AuditError) {
    guard stored.shards == given.shards else {
      throw .shardConflict(path: given.path, stored: stored.shards, given: given.shards)
    }
    let options = [
      ("role", stored.role.rawValue, given.role.rawValue),
      ("columns", stored.columns.rawValue, given.columns.rawValue),
      ("image-root", stored.imageRoot, given.imageRoot),
    ]
    for (option, stored, new) in options where stored != new {
      throw .sourceConflict(path: given.path, option: option, stored: stored, given: new)
    }
    guard stored.sha256 == given.sha256 else { throw .sourceChanged(path: given.path) }
  }

  /// Removes a source with its pairs and all that was computed from them.
  ///
  /// - Throws: `AuditError.sourceReviewed` when people reviewed its pairs: that is not ours to
  ///   throw away.
  public func discardSource(_ id: Int64) throws(AuditError) {
    try write { database in
      let reviews =
        try Int.fetchOne(
          database,
          sql: """
            SELECT count(*) FROM review JOIN pair USING (pair_id) WHERE source_id = ?
            """, arguments: [id]) ?? 0
      if reviews > 0 {
        let path = try String.fetchOne(
          database, sql: "SELECT path FROM source WHERE source_id = ?", arguments: [id])
        throw AuditError.sourceReviewed(path: path ?? "source \(id)", reviews: reviews)
      }
      for sql in Self.discardStatements {
        try database.execute(sql: sql, arguments: ["source": id])
      }
      for sql in Self.repairStatements {
        try database.execute(sql: sql)
      }
      // Images that only this source's locations referred to are in no group any more.
      try discardNearGroups(in: database)
      // Should the same run go on, it counts its lines from the first again.
      try database.execute(
        sql: """
          UPDATE run SET counts = NULL
          WHERE ended_at IS NULL
            AND run_id = (SELECT run_id FROM source WHERE source_id = ?)
          """, arguments: [id])
      try database.execute(sql: "DELETE FROM source WHERE source_id = ?", arguments: [id])
    }
  }

  /// Children first: `pair` has no index on the foreign keys that point at it, and needs none.
  private static let discardStatements =
    ["raw_line", "score", "decision"].map { table in
      """
      DELETE FROM \(table)
      WHERE pair_id IN (SELECT pair_id FROM pair WHERE source_id = :source)
      """
    } + [
      // Any explanation may name a harvested pair, whose number another may get.
      """
      DELETE FROM explanation
      WHERE EXISTS (SELECT 1 FROM source WHERE source_id = :source AND role = 'train')
      """,
      "DELETE FROM pair WHERE source_id = :source",
    ]

  /// Locations that no pair uses go; the others may have lost the pair that names them.
  private static let repairStatements = [
    """
    DELETE FROM location WHERE location_id NOT IN
      (SELECT location_id FROM pair WHERE location_id IS NOT NULL)
    """,
    """
    UPDATE location SET first_pair_id = user.pair_id
    FROM (
      SELECT location_id, min(pair_id) AS pair_id FROM pair
      WHERE location_id IS NOT NULL GROUP BY location_id
    ) AS user
    WHERE user.location_id = location.location_id AND user.pair_id <> first_pair_id
    """,
  ]

  private static let selectSource = """
    SELECT source_id, path, role, column_order, image_root, sha256, line_count, byte_count,
      is_complete, run_id, shards, lines_read
    FROM source
    """

  private func source(at path: String, in database: Database) throws -> SourceRecord? {
    try Row.fetchOne(database, sql: Self.selectSource + " WHERE path = ?", arguments: [path])
      .map(Self.sourceRecord)
  }

  private static func sourceRecord(_ row: Row) throws -> SourceRecord {
    let shards = try (row[10] as String?).map { text in
      guard let shards = ManifestShards(text) else {
        throw AuditError.unknownValue(column: "source.shards", value: text)
      }
      return shards
    }
    return SourceRecord(
      id: row[0],
      description: SourceDescription(
        path: row[1], role: try closed(row[2], column: "role"),
        columns: try closed(row[3], column: "column_order"), imageRoot: row[4], sha256: row[5],
        shards: shards),
      lineCount: row[6], linesRead: row[11], byteCount: row[7], isComplete: row[8], runID: row[9])
  }
}
