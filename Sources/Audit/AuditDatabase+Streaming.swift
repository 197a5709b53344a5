import GRDB
import Pairs

/// Pairs in the order of their image locations: what is scored while a picture's features are at hand.
///
/// No index leads from a location to its pairs. A location names its first pair; the others, which few
/// locations have, are listed once in a temporary table of this connection, on the disk.
extension AuditDatabase {
  /// Lists the pairs that are not the first of their location. Reads every pair.
  ///
  /// Outside of a transaction: the temporary table is this connection's own, so nobody's writes wait.
  public func beginStreaming() throws(AuditError) {
    do {
      try queue.writeWithoutTransaction { database in
        try database.execute(
          sql: """
            CREATE TEMP TABLE IF NOT EXISTS later_pair (
              location_id INTEGER NOT NULL, pair_id INTEGER NOT NULL,
              PRIMARY KEY (location_id, pair_id)
            ) WITHOUT ROWID;
            DELETE FROM later_pair;
            INSERT INTO later_pair
            SELECT pair.location_id, pair.pair_id
            FROM pair CROSS JOIN location ON location.location_id = pair.location_id
            WHERE location.first_pair_id <> pair.pair_id
            ORDER BY pair.location_id, pair.pair_id;
            """)
      }
    } catch {
      throw Self.auditError(error, path: path)
    }
  }

  /// How many image locations streaming has to visit for a model. After `beginStreaming`.
  public func streamedLocationCount(unscoredBy model: Int64) throws(AuditError) -> Int {
    try read { database in
      try Int.fetchOne(
        database,
        sql: """
          SELECT count(*) FROM location \(Self.joinPictures) WHERE \(Self.isToStream)
          """, arguments: ["model": model]) ?? 0
    }
  }

  /// Image locations whose bytes are here and that no stage has looked at, or whose picture shows pairs
  /// that a model has not scored, in order of first appearance. After `beginStreaming`.
  ///
  /// - Parameters:
  ///   - location: The last number of the page before; 0 for the first page.
  ///   - limit: The most that are returned.
  public func streamedLocations(
    unscoredBy model: Int64, after location: Int64 = 0, limit: Int
  ) throws(AuditError) -> [StreamedLocation] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT location.location_id, CAST(pair.url AS BLOB), source.image_root, fetch.sha256,
            image.sha256, location.run_id IS NOT NULL, image.shard, image.shard_row
          FROM location
          CROSS JOIN pair ON pair.pair_id = location.first_pair_id
          CROSS JOIN source ON source.source_id = pair.source_id
          \(Self.joinPictures)
          WHERE location.location_id > :location AND \(Self.isToStream)
          ORDER BY location.location_id LIMIT :limit
          """, arguments: ["model": model, "location": location, "limit": limit]
      ).map { row in
        StreamedLocation(
          image: PendingImage(
            locationID: row[0], url: row.text(1) ?? "", imageRoot: row[2],
            fetched: row.hasNull(atIndex: 3) ? nil : try row.digest(3),
            known: row.hasNull(atIndex: 4) ? nil : try row.digest(4)),
          isLookedAt: row[5],
          features: (row[6] as Int?).map { FeatureAddress(shard: $0, row: row[7]) })
      }
    }
  }

  /// Pairs that a model has not scored and whose picture is one, in the order of their locations, those
  /// of one location in the order of their numbers. After `beginStreaming`.
  ///
  /// - Parameters:
  ///   - position: The place of the last one of the page before.
  ///   - location: The last location whose pairs are wanted.
  ///   - limit: The most that are returned.
  public func streamedPairs(
    unscoredBy model: Int64, after position: StreamPosition, upTo location: Int64, limit: Int
  ) throws(AuditError) -> [StreamedPair] {
    func isWanted(_ location: String, _ pair: String) -> String {
      """
      \(location) BETWEEN :location AND :last AND (\(location), \(pair)) > (:location, :pair)
        AND image.reason IS NULL AND \(Self.isUnscored(pair))
      """
    }
    return try read { database in
      // Both halves come in order, so that SQLite merges them and stops at the limit.
      try Row.fetchAll(
        database,
        sql: """
          SELECT wanted.location_id, pair.pair_id, pair.key, pair.occurrence,
            CAST(pair.caption AS BLOB), wanted.image_id
          FROM (
            SELECT location.location_id AS location_id, location.first_pair_id AS pair_id,
              image.image_id AS image_id
            FROM location CROSS JOIN image ON image.image_id = location.image_id
            WHERE \(isWanted("location.location_id", "location.first_pair_id"))
            UNION ALL
            SELECT later.location_id, later.pair_id, image.image_id
            FROM temp.later_pair AS later
            CROSS JOIN location ON location.location_id = later.location_id
            CROSS JOIN image ON image.image_id = location.image_id
            WHERE \(isWanted("later.location_id", "later.pair_id"))
            ORDER BY 1, 2 LIMIT :limit
          ) AS wanted CROSS JOIN pair ON pair.pair_id = wanted.pair_id
          ORDER BY wanted.location_id, wanted.pair_id
          """,
        arguments: [
          "model": model, "location": position.locationID, "pair": position.pairID,
          "last": location, "limit": limit,
        ]
      ).map { row in
        StreamedPair(
          locationID: row[0], pairID: row[1], key: try row.pairKey(2), caption: row.text(4) ?? "",
          imageID: row[5])
      }
    }
  }

  private static let joinPictures = """
    LEFT JOIN fetch ON fetch.location_id = location.location_id
    LEFT JOIN image ON image.image_id = location.image_id
    """

  private static func isUnscored(_ pair: String) -> String {
    """
    NOT EXISTS (
      SELECT 1 FROM score WHERE score.model_id = :model AND score.pair_id = \(pair))
    """
  }

  private static let isToStream = """
    (NOT location.is_remote OR fetch.sha256 IS NOT NULL OR image.shard IS NOT NULL)
      AND (location.run_id IS NULL
        OR (image.image_id IS NOT NULL AND image.reason IS NULL
          AND (\(isUnscored("location.first_pair_id"))
            OR EXISTS (
              SELECT 1 FROM temp.later_pair AS later
              WHERE later.location_id = location.location_id
                AND \(isUnscored("later.pair_id"))))))
    """
}
