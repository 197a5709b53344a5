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
  public func exportRows(
    _ filter: ExportFilter, after position: ManifestPosition, limit: Int
  ) throws(AuditError) -> [ExportRow] {
    let (names, roleArguments) = placeholders(for: filter.roles)
    return try read { database in
      var arguments: StatementArguments = [
        position.source, position.line, filter.status?.rawValue, filter.reason?.rawValue,
      ]
      arguments += StatementArguments(roleArguments)
      arguments += [limit]
      return try Row.fetchAll(
        database,
        sql: """
          SELECT pair.pair_id, pair.source_id, pair.line, pair.key, pair.occurrence,
            CAST(pair.caption AS BLOB), CAST(pair.url AS BLOB), pair.line_ending, raw_line.pair_id, raw_line.bytes, raw_line.byte_offset,
            raw_line.byte_count, manifest.column_order, reviewed.source, reviewed.role,
            reviewed.final_status, reviewed.final_reason, reviewed.detail, reviewed.image_sha256,
            reviewed.image_format, reviewed.width, reviewed.height, reviewed.similarity_a,
            reviewed.similarity_b, reviewed.similarity, reviewed.clean_probability
          FROM pair
          CROSS JOIN source AS manifest ON manifest.source_id = pair.source_id
          CROSS JOIN reviewed_pair AS reviewed ON reviewed.pair_id = pair.pair_id
          LEFT JOIN raw_line ON raw_line.pair_id = pair.pair_id
          WHERE (pair.source_id, pair.line) > (?1, ?2)
            AND (?3 IS NULL OR reviewed.final_status = ?3)
            AND (?4 IS NULL OR reviewed.final_reason = ?4)
            AND manifest.role IN (\(names))
          ORDER BY pair.source_id, pair.line LIMIT ?
          """, arguments: arguments
      ).map(exportRow)
    }
  }

  /// How many lines pass the filter. Reads every pair of its roles.
  public func exportRowCount(_ filter: ExportFilter) throws(AuditError) -> Int {
    let (names, roleArguments) = placeholders(for: filter.roles)
    return try read { database in
      let arguments: StatementArguments = [filter.status?.rawValue, filter.reason?.rawValue]
      return try Int.fetchOne(
        database,
        sql: """
          SELECT count(*) FROM reviewed_pair
          WHERE (?1 IS NULL OR final_status = ?1) AND (?2 IS NULL OR final_reason = ?2)
            AND role IN (\(names))
          """, arguments: arguments + StatementArguments(roleArguments)) ?? 0
    }
  }

  private func exportRow(_ row: Row) throws -> ExportRow {
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
      similarityA: row[22], similarityB: row[23], similarity: row[24], cleanProbability: row[25])
  }
}

extension ExportRow {
  /// The row's place.
  public var position: AuditDatabase.ManifestPosition {
    AuditDatabase.ManifestPosition(source: sourceID, line: lineNumber)
  }
}
