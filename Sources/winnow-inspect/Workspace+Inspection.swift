import Audit
import Foundation
import Stages

extension Workspace {
  /// Opens the database to look at it. Looking needs this version's tables, so a workspace of an older
  /// version gets them first.
  func openInspected() throws -> AuditDatabase {
    if FileManager.default.fileExists(atPath: databasePath) {
      try bringUpToDate(for: "winnow-inspect", holding: nil)
    }
    return try openIngested(.reading)
  }

  /// The index of lists, made or brought up to date.
  func inspectionIndex(
    of audit: AuditDatabase, progress: (Int, Int) -> Void
  ) throws -> InspectionIndex {
    try InspectionIndex(
      of: audit, at: path + "/inspect.sqlite", now: { Date() }, progress: progress)
  }
}
