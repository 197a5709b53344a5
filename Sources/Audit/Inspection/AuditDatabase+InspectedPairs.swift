import Foundation
import GRDB
import Pairs

extension AuditDatabase {
  /// One pair, as it stands now; nil when there is none of this number.
  public func inspectedPair(_ id: Int64) throws(AuditError) -> InspectedPair? {
    try inspectedPairs([id]).first
  }

  /// Pairs in the order of the given numbers; those that are not there are left out.
  public func inspectedPairs(_ ids: [Int64]) throws(AuditError) -> [InspectedPair] {
    try read { database in
      let statement = try database.cachedStatement(sql: Self.selectInspected)
      return try ids.compactMap { id in
        try Row.fetchOne(statement, arguments: [id]).map(InspectedPair.init)
      }
    }
  }

  /// The number of the pair with a key; nil when there is none. Where several manifests hold the
  /// same pair, that of the one ingested first.
  public func pairID(ofKey text: String) throws(AuditError) -> Int64? {
    guard let key = PairKey(text) else { return nil }
    return try read { database in
      try BulkStatement(
        database,
        sql: """
          SELECT pair_id FROM pair WHERE key = ? AND occurrence = ? ORDER BY pair_id LIMIT 1
          """
      ).integer {
        $0.bind(hash: (key.high, key.low))
        $0.bind(Int64(key.occurrence))
      }
    }
  }

  private static let selectInspected = """
    SELECT pair.pair_id, pair.key, pair.occurrence, CAST(pair.caption AS BLOB),
      CAST(pair.url AS BLOB), audited.source, audited.line, audited.role, audited.image_sha256,
      audited.image_format, audited.width, audited.height, audited.perceptual_hash, audited.status,
      audited.reason, audited.final_status, audited.final_reason, audited.verdict,
      audited.detail, audited.http_status, audited.stage, audited.run_id, audited.model_id,
      audited.similarity_a, audited.similarity_b, audited.similarity, audited.clean_probability,
      audited.threshold
    FROM pair CROSS JOIN reviewed_pair AS audited ON audited.pair_id = pair.pair_id
    WHERE pair.pair_id = ?
    """
}

extension InspectedPair {
  /// A row of `selectInspected`.
  fileprivate init(_ row: Row) throws {
    pairID = row[0]
    key = try row.pairKey(1)
    caption = row.text(3)
    url = row.text(4)
    source = row[5]
    line = row[6]
    role = try closed(row[7], column: "role")
    imageSHA256 = row[8]
    imageFormat = row[9]
    width = row[10]
    height = row[11]
    look = (row[12] as String?).flatMap { UInt64($0, radix: 16) }
    status = try closed(row[13], column: "status")
    reason = try closedIfPresent(row[14], column: "reason")
    finalStatus = try closed(row[15], column: "final_status")
    finalReason = try closedIfPresent(row[16], column: "final_reason")
    verdict = try closedIfPresent(row[17], column: "verdict")
    detail = row[18]
    httpStatus = row[19]
    stage = row[20]
    runID = row[21]
    model = row[22]
    similarityA = row[23]
    similarityB = row[24]
    similarity = row[25]
    cleanProbability = row[26]
    threshold = row[27]
  }
}
