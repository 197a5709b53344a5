import Audit
import CommandSupport
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

  /// The index of lists, with progress on standard error while it is made.
  func openInspection(of audit: AuditDatabase) throws -> InspectionIndex {
    let renderer = ProgressRenderer.onStandardError
    defer { renderer.finish() }
    return try openInspection(
      of: audit,
      context: StageContext(
        programVersion: programVersion, restarts: false, now: { Date() },
        progress: { renderer.show($0) }))
  }
}
