import Audit
import Foundation
import Pairs

/// Writes pairs as a manifest or as JSON, in manifest order. The file appears when it is complete.
public struct ExportStage: Stage {
  /// The stage's name.
  public static let name = "export"
  /// What the stage does with the workspace.
  public static let access = WorkspaceAccess.reads
  /// What the stage was told.
  public let configuration: ExportConfiguration

  private static let pageSize = 5_000

  /// A stage with a configuration.
  public init(_ configuration: ExportConfiguration) {
    self.configuration = configuration
  }

  /// Does the work, going on where an interrupted run stopped.
  public func run(in workspace: Workspace, context: StageContext) throws -> ExportSummary {
    let database = try workspace.openIngested(.reading)
    let sources = try database.sources()
    try requireDecisions(in: database, workspace: workspace)
    let output = try outputPath(in: workspace, sources: sources)
    try OutputFolder.create(for: output)
    let file = try AtomicFile(path: output)
    var writer = LineWriter(
      file: file, sources: Dictionary(uniqueKeysWithValues: sources.map { ($0.id, $0) }))
    var meter = ProgressMeter(
      stage: Self.name, unit: "lines", total: try database.exportRowCount(configuration.filter),
      context: context)
    var position = AuditDatabase.ManifestPosition.start
    var lines = 0
    while true {
      let rows = try database.exportRows(
        configuration.filter, after: position, limit: Self.pageSize)
      guard let last = rows.last else { break }
      for row in rows {
        switch configuration.format {
        case .tsv: try writer.write(row)
        case .jsonl: try writer.write(row.record().jsonLine())
        }
      }
      position = last.position
      lines += rows.count
      meter.advance(by: rows.count)
    }
    try file.commit()
    return ExportSummary(output: output, lines: lines, bytes: writer.bytes)
  }

  /// Before any decision all harvested pairs are pending, and an empty file would look like an
  /// answer.
  private func requireDecisions(in database: AuditDatabase, workspace: Workspace) throws {
    guard configuration.role == .train, configuration.decision != .all,
      try database.publishedRule() == nil
    else { return }
    throw workspace.missing("no pair was decided on yet", command: "winnow-purify")
  }

  private func outputPath(in workspace: Workspace, sources: [SourceRecord]) throws -> String {
    guard let given = configuration.output else {
      try workspace.create(folder: workspace.exportPath)
      let name = "\(configuration.decision.rawValue).\(configuration.format.rawValue)"
      return "\(workspace.exportPath)/\(name)"
    }
    let output = absolutePath(given)
    guard !sources.contains(where: { $0.description.path == output }) else {
      throw StagesError.configuration(
        stage: Self.name, key: "output",
        problem: "\(output) is a manifest of this workspace and would be overwritten")
    }
    return output
  }
}

extension ExportRow {
  /// The row as JSONL exports write it.
  func record() -> PairRecord {
    var record = PairRecord(
      key: key, caption: caption ?? "", url: url ?? "", role: role, status: status)
    record.source = source
    record.line = lineNumber
    record.reason = reason
    record.detail = detail
    record.imageSHA256 = imageSHA256
    record.width = width
    record.height = height
    record.similarity = similarity
    record.cleanProbability = cleanProbability
    return record
  }
}
