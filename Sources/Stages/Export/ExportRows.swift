import Audit

/// The lines of an export, page by page in manifest order.
struct ExportRows {
  let database: AuditDatabase
  let filter: ExportFilter
  let details: ExportDetails
  /// Lines of a page.
  var pageSize = 5_000

  /// Calls `body` with each page.
  func forEachPage(_ body: ([ExportRow]) throws -> Void) throws {
    var position = AuditDatabase.ManifestPosition.start
    while true {
      let rows = try database.exportRows(
        filter, after: position, limit: pageSize, details: details)
      guard let last = rows.last else { return }
      position = last.position
      try body(rows)
    }
  }
}
