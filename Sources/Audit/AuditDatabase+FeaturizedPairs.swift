import GRDB
import Pairs

extension AuditDatabase {
  /// Pairs of the given roles whose image has features, in the order of their numbers, which is
  /// the order in which their lines came.
  ///
  /// - Parameters:
  ///   - roles: Which pairs.
  ///   - model: When given, only pairs that this model has not scored.
  ///   - pair: The last number of the page before; 0 for the first page.
  ///   - limit: The most that are returned.
  public func featurizedPairs(
    roles: Set<PairRole>, unscoredBy model: Int64? = nil, after pair: Int64 = 0, limit: Int
  ) throws(AuditError) -> [FeaturizedPair] {
    let (names, roleArguments) = placeholders(for: roles)
    return try read { database in
      var arguments: StatementArguments = [pair]
      arguments += StatementArguments(roleArguments)
      if let model { arguments += [model] }
      arguments += [limit]
      return try Row.fetchAll(
        database,
        sql: """
          SELECT \(Self.featurizedColumns)
          FROM pair \(Self.joinFeatures)
          WHERE pair.pair_id > ? AND source.role IN (\(names)) AND image.shard IS NOT NULL
          \(model == nil ? "" : Self.andUnscored)
          ORDER BY pair.pair_id LIMIT ?
          """, arguments: arguments
      ).map(featurizedPair)
    }
  }

  /// Those of the given pairs whose image has features, in the order of their numbers.
  public func featurizedPairs(withIDs pairs: Set<Int64>) throws(AuditError) -> [FeaturizedPair] {
    let list = "[\(pairs.sorted().map(String.init).joined(separator: ","))]"
    return try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT \(Self.featurizedColumns)
          FROM json_each(?) AS wanted CROSS JOIN pair ON pair.pair_id = wanted.value
          \(Self.joinFeatures)
          WHERE image.shard IS NOT NULL
          """, arguments: [list]
      ).map(featurizedPair)
    }
  }

  private func featurizedPair(_ row: Row) throws -> FeaturizedPair {
    FeaturizedPair(
      pairID: row[0], key: try row.pairKey(1), role: try closed(row[3], column: "role"),
      caption: row.text(4) ?? "", imageID: row[5], imageDigest: try row.digest(8),
      features: FeatureAddress(shard: row[6], row: row[7]))
  }

  /// How many pairs of the given roles have features, or have them and are not scored by `model`.
  public func featurizedPairCount(
    roles: Set<PairRole>, unscoredBy model: Int64? = nil
  ) throws(AuditError) -> Int {
    let (names, roleArguments) = placeholders(for: roles)
    return try read { database in
      var arguments = StatementArguments(roleArguments)
      if let model { arguments += [model] }
      return try Int.fetchOne(
        database,
        sql: """
          SELECT count(*) FROM pair \(Self.joinFeatures)
          WHERE source.role IN (\(names)) AND image.shard IS NOT NULL
          \(model == nil ? "" : Self.andUnscored)
          """, arguments: arguments) ?? 0
    }
  }

  private static let featurizedColumns = """
    pair.pair_id, pair.key, pair.occurrence, source.role, CAST(pair.caption AS BLOB),
    image.image_id, image.shard, image.shard_row, image.sha256
    """

  /// CROSS JOIN keeps SQLite to this order of tables: any other would have to sort.
  static let joinFeatures = """
    CROSS JOIN source ON source.source_id = pair.source_id
    CROSS JOIN location ON location.location_id = pair.location_id
    CROSS JOIN image ON image.image_id = location.image_id
    """

  private static let andUnscored = """
    AND NOT EXISTS (
      SELECT 1 FROM score WHERE score.model_id = ? AND score.pair_id = pair.pair_id)
    """
}
