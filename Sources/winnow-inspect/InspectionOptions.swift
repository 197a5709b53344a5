import ArgumentParser
import Audit
import CommandSupport
import Stages

/// What the commands that read a workspace have in common.
struct InspectionOptions: ParsableArguments {
  @OptionGroup var workspace: WorkspaceOptions

  @OptionGroup var output: SummaryOptions

  /// Calls `body` with the audit and its index, up to date.
  func withIndex<Result>(_ body: (AuditDatabase, InspectionIndex) throws -> Result) throws -> Result
  {
    try withAudit { audit in
      let index = try output.withContext { context, _ in
        try workspace.workspace.openInspection(of: audit, context: context)
      }
      if !output.quiet, let note = workspace.workspace.inspectionNote(index.freshness) {
        Terminal.writeError(note)
      }
      return try body(audit, index)
    }
  }

  /// Calls `body` with the audit.
  func withAudit<Result>(_ body: (AuditDatabase) throws -> Result) throws -> Result {
    let workspace = workspace.workspace
    try workspace.checkVersion()
    let audit = try workspace.openIngested(.reading)
    let result = try body(audit)
    try audit.close()
    return result
  }

  /// Prints as JSON, or as text that is made harmless where it comes from.
  func print(_ value: some Encodable, _ report: (Int) -> String) throws {
    Terminal.write(
      output.json
        ? try OutputOptions.encode(value) : Terminal.harmless(report(Terminal.outputWidth)))
  }
}
