import Foundation
import GRDB
import Pairs

extension AuditDatabase {
  /// The place of a line: sources in the order of their ingests, lines in the order of the file.
  public struct ManifestPosition: Sendable, Equatable {
    /// The source's number.
    public var source: Int64
    /// The line's number in it.
    public var line: Int

    /// Before the first line of the first source.
    public static let start = ManifestPosition(source: 0, line: 0)
  }

  /// The next lines that pass the filter, in manifest order.
  ///
  /// - Parameters:
  ///   - position: The position of the last row of the page before; `.start` for the first page.
  ///   - limit: The most that are returned.
  ///   - details: What is asked for beside the line and its decision.
  public func exportRows(
    _ filter: ExportFilter, after position: ManifestPosition, limit: Int,
    details: ExportDetails = []
  ) throws(AuditError) -> [ExportRow] {
    let query = ExportQuery(filter, details)
    return try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT pair.pair_id, pair.source_id, pair.line, pair.key, pair.occurrence,
            CAST(pair.caption AS BLOB), CAST(pair.url AS BLOB), pair.line_ending, raw_line.pair_id, raw_line.bytes, raw_line.byte_offset,
            raw_line.byte_count, manifest.column_order, reviewed.source, reviewed.role,
            reviewed.final_status, reviewed.final_reason, reviewed.detail, reviewed.image_sha256,
            reviewed.image_format, reviewed.width, reviewed.height, reviewed.similarity_a,
            reviewed.similarity_b, reviewed.similarity, reviewed.clean_probability,
            \(query.columns)
          FROM pair
          CROSS JOIN source AS manifest ON manifest.source_id = pair.source_id
          CROSS JOIN reviewed_pair AS reviewed ON reviewed.pair_id = pair.pair_id
          LEFT JOIN raw_line ON raw_line.pair_id = pair.pair_id
          \(query.joins)
          WHERE (pair.source_id, pair.line) > (:source, :position)
            AND manifest.role IN (\(query.roles)) AND \(query.condition)
          ORDER BY pair.source_id, pair.line LIMIT :limit
          """,
        arguments: query.arguments + [
          "source": position.source, "position": position.line, "limit": limit,
        ]
      ).map { try exportRow($0, details) }
    }
  }

  /// How many lines pass the filter. Reads every pair of its roles.
  public func exportRowCount(_ filter: ExportFilter) throws(AuditError) -> Int {
    let query = ExportQuery(filter, [])
    return try read { database in
      try Int.fetchOne(
        database,
        sql: """
          SELECT count(*) FROM reviewed_pair AS reviewed
          WHERE role IN (\(query.roles)) AND \(query.condition)
          """, arguments: query.arguments) ?? 0
    }
  }

  private func exportRow(_ row: Row, _ details: ExportDetails) throws -> ExportRow {
    let caption = row.text(5)
    let url = row.text(6)
    let line: ExportRow.Line
    if row[8] as Int64? != nil {
      if let bytes = row[9] as Data? {
        line = .bytes(Array(bytes))
      } else {
        line = .inManifest(offset: row[10], count: row[11])
      }
    } else {
      let columns: ColumnOrder = try closed(row[12], column: "column_order")
      let fields = columns == .captionURL ? [caption, url] : [url, caption]
      line = .bytes(Array(fields.map { $0 ?? "" }.joined(separator: "\t").utf8))
    }
    return ExportRow(
      pairID: row[0], sourceID: row[1], lineNumber: row[2], key: try row.pairKey(3), line: line,
      lineEnding: try LineEnding(code: row[7]), caption: caption, url: url,
      source: row[13], role: try closed(row[14], column: "role"),
      status: try closed(row[15], column: "status"),
      reason: try closedIfPresent(row[16], column: "reason"), detail: row[17],
      imageSHA256: row[18], imageFormat: row[19], width: row[20], height: row[21],
      similarityA: row[22], similarityB: row[23], similarity: row[24], cleanProbability: row[25],
      review: row.hasNull(atIndex: 26)
        ? nil
        : ExportedReview(
          verdict: try closed(row[26], column: "verdict"), note: row.text(27),
          reviewer: row.text(28) ?? "", createdAt: row[29]),
      picture: details.contains(.picture)
        ? ExportedPicture(
          imageRoot: row[30], fetched: row.hasNull(atIndex: 31) ? nil : try row.digest(31),
          repeatsBefore: row[32]) : nil,
      features: row.hasNull(atIndex: 34)
        ? nil
        : ExportedFeatures(
          imageID: row[33], address: FeatureAddress(shard: row[34], row: row[35])))
  }
}

/// The parts of a query that depend on which pairs are taken and what is asked of them.
private struct ExportQuery {
  let roles: String
  let columns: String
  let joins: String
  let condition: String
  let arguments: StatementArguments

  init(_ filter: ExportFilter, _ details: ExportDetails) {
    var values: [String: (any DatabaseValueConvertible)?] = [
      "status": filter.status?.rawValue, "reason": filter.reason?.rawValue,
    ]
    let names = filter.roles.map(\.rawValue).sorted()
    for (index, name) in names.enumerated() { values["role\(index)"] = name }
    let roles = names.indices.map { ":role\($0)" }.joined(separator: ", ")
    self.roles = roles
    arguments = StatementArguments(values)
    condition =
      """
      (:status IS NULL OR reviewed.final_status = :status)
        AND (:reason IS NULL OR reviewed.final_reason = :reason)
      """ + (filter.isReviewed ? " AND reviewed.verdict IN ('kept', 'rejected')" : "")
    var columns: [String] = []
    var joins: [String] = []
    if details.contains(.review) {
      columns += [
        "review.verdict", "CAST(review.note AS BLOB)", "CAST(review.reviewer AS BLOB)",
        "review.created_at",
      ]
      joins.append(
        """
        LEFT JOIN review ON review.verdict IN ('kept', 'rejected') AND review.review_id =
          (SELECT max(latest.review_id) FROM review AS latest WHERE latest.pair_id = pair.pair_id)
        """)
    } else {
      columns += Array(repeating: "NULL", count: 4)
    }
    if details.contains(.picture) {
      columns += [
        "manifest.image_root", "fetch.sha256",
        """
        (SELECT count(*) FROM pair AS earlier
         JOIN source AS other ON other.source_id = earlier.source_id
         WHERE earlier.key = pair.key AND earlier.source_id < pair.source_id
           AND other.role IN (\(roles)))
        """,
      ]
      joins.append("LEFT JOIN fetch ON fetch.location_id = pair.location_id")
    } else {
      columns += Array(repeating: "NULL", count: 3)
    }
    if details.contains(.features) {
      columns += ["image.image_id", "image.shard", "image.shard_row"]
      joins.append(
        """
        LEFT JOIN location ON location.location_id = pair.location_id
        LEFT JOIN image ON image.image_id = location.image_id
        """)
    } else {
      columns += Array(repeating: "NULL", count: 3)
    }
    self.columns = columns.joined(separator: ", ")
    self.joins = joins.joined(separator: "\n")
  }
}

extension ExportRow {
  /// The row's place.
  public var position: AuditDatabase.ManifestPosition {
    AuditDatabase.ManifestPosition(source: sourceID, line: lineNumber)
  }
}
