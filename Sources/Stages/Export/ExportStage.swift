import Audit
import Fetching
import Foundation
import Pairs

/// Writes pairs for the next program, in manifest order: as a manifest, as JSON, as archives of
/// pictures or as arrays of features, each with SHA-256 sums. An export appears when it is complete.
public struct ExportStage: Stage {
  /// The stage's name.
  public static let name = "export"
  /// What the stage does with the workspace.
  public static let access = WorkspaceAccess.reads
  /// What the stage was told.
  public let configuration: ExportConfiguration

  /// What tests put in place of a page's size and a kill.
  struct Surroundings: Sendable {
    var pageSize = 5_000
    /// Called with the number of complete archives after each; an error stops the export.
    var afterShard: @Sendable (Int) throws -> Void = { _ in }
  }

  private let surroundings: Surroundings

  /// A stage with a configuration.
  public init(_ configuration: ExportConfiguration) {
    self.init(configuration, Surroundings())
  }

  init(_ configuration: ExportConfiguration, _ surroundings: Surroundings) {
    self.configuration = configuration
    self.surroundings = surroundings
  }

  /// Does the work.
  public func run(in workspace: Workspace, context: StageContext) throws -> ExportSummary {
    let began = context.uptime()
    var summary = try export(from: workspace, context: context)
    summary.throughput = Throughput(
      summary.lines, summary.isOfLines ? "lines" : "pairs", seconds: context.uptime() - began)
    return summary
  }

  private func export(from workspace: Workspace, context: StageContext) throws -> ExportSummary {
    let database = try workspace.openIngested(.reading)
    let sources = try database.sources()
    try requireDecisions(in: database, workspace: workspace)
    let output = try outputPath(in: workspace, sources: sources)
    switch configuration.format {
    case .tsv, .jsonl: return try exportLines(of: database, sources, to: output, context)
    case .webdataset: return try exportSamples(of: database, workspace, to: output, context)
    case .precomp: return try exportFeatures(of: database, workspace, to: output, context)
    }
  }

  private func exportLines(
    of database: AuditDatabase, _ sources: [SourceRecord], to output: String,
    _ context: StageContext
  ) throws -> ExportSummary {
    try OutputFolder.create(for: output)
    var export = try ManifestExport(configuration.format, to: output, sources: sources)
    let rows = rows(of: database, configuration.format == .jsonl ? .review : [])
    var meter = try meter(rows, unit: "lines", context)
    var lines = 0
    try rows.forEachPage { page in
      try export.write(page)
      lines += page.count
      meter.advance(by: page.count)
    }
    try export.finish()
    return ExportSummary(
      output: output, sums: ManifestExport.sumsPath(of: output), lines: lines, files: 1,
      bytes: export.byteCount)
  }

  private func exportSamples(
    of database: AuditDatabase, _ workspace: Workspace, to output: String, _ context: StageContext
  ) throws -> ExportSummary {
    guard try workspace.imageKind(in: database) != .precomputed else {
      throw StagesError.configuration(
        stage: Self.name, key: ExportConfiguration.CodingKeys.format.rawValue,
        problem: "webdataset holds pictures, and the workspace has precomputed features; export "
          + "them with precomp")
    }
    if workspace.isMerged, !FileManager.default.fileExists(atPath: workspace.imagesPath),
      try database.fetchProgress().fetched > 0
    {
      throw StagesError.file(
        path: workspace.path,
        problem: "was united by winnow-merge, and the pictures that were fetched are in the images "
          + "folders of its shards; decide these with winnow-purify --mixture-from "
          + "\(workspace.path) and export them one by one, or copy their images folders here")
    }
    let folder = try ExportFolder(path: output)
    var export = SampleExport(
      in: folder, store: ContentStore(folder: workspace.imagesPath),
      pairsOfShard: configuration.shardPairs ?? SampleExport.defaultPairs,
      afterShard: surroundings.afterShard)
    let rows = rows(of: database, [.review, .picture])
    var meter = try meter(rows, unit: "pairs", context)
    try rows.forEachPage { page in
      try export.write(page)
      meter.advance(by: page.count)
    }
    try export.finish()
    return try publish(folder, pairs: export.pairs, export.leftOut)
  }

  private func exportFeatures(
    of database: AuditDatabase, _ workspace: Workspace, to output: String, _ context: StageContext
  ) throws -> ExportSummary {
    if workspace.isMerged {
      throw StagesError.file(
        path: workspace.path,
        problem:
          "was united by winnow-merge, and the features are in its shards; decide these with "
          + "winnow-purify --mixture-from \(workspace.path) and export them one by one")
    }
    let store = try FeatureStore(of: workspace)
    let parts = try PairRole.allCases.filter(configuration.roles.contains).map { role in
      let rows = rows(of: database, .features, roles: [role])
      var layout = CaptionLayout()
      var lines = 0
      try rows.forEachPage { page in
        for row in page { if let features = row.features { layout.add(features.imageID) } }
        lines += page.count
      }
      guard layout.captions > 0 else {
        let isUnstored = try database.unstoredPairCount(roles: [role]) > 0
        throw StagesError.file(
          path: output,
          problem:
            "nothing was exported: there is no \(configuration.decision.rawValue) pair of the "
            + "role \(role.rawValue) with features, and an array of none cannot be read"
            + (isUnstored
              ? "; those that pairs were scored with were not stored: run winnow-featurize" : ""))
      }
      return (role: role, layout: layout, rows: rows, lines: lines)
    }
    let folder = try ExportFolder(path: output)
    var export = PrecomputedExport(in: folder, features: store)
    let needed = export.byteCount(rows: parts.reduce(0) { $0 + $1.layout.rows })
    let free = try DiskSpace.freeBytes(at: output)
    guard free >= needed else {
      throw StagesError.file(
        path: output,
        problem:
          "the features take \(DiskSpace.text(needed)) and \(DiskSpace.text(free)) are free; "
          + "make room, or name a folder on another disk")
    }
    var meter = ProgressMeter(
      stage: Self.name, unit: "pairs", total: parts.reduce(0) { $0 + $1.lines }, context: context)
    for part in parts {
      try export.write(part.role, part.layout, part.rows) { meter.advance(by: $0) }
    }
    try export.finish()
    return try publish(folder, pairs: export.captions, export.leftOut)
  }

  private func publish(
    _ folder: ExportFolder, pairs: Int, _ leftOut: LeftOutPairs
  ) throws -> ExportSummary {
    let total = folder.total
    try folder.publish()
    return ExportSummary(
      output: folder.path, sums: folder.path + "/" + ExportFolder.sumsName, lines: pairs,
      files: total.files, bytes: total.bytes, leftOut: leftOut.counts)
  }

  private func rows(
    of database: AuditDatabase, _ details: ExportDetails, roles: [PairRole]? = nil
  ) -> ExportRows {
    ExportRows(
      database: database, filter: configuration.filter(roles ?? configuration.roles),
      details: details, pageSize: surroundings.pageSize)
  }

  private func meter(
    _ rows: ExportRows, unit: String, _ context: StageContext
  ) throws -> ProgressMeter {
    ProgressMeter(
      stage: Self.name, unit: unit, total: try rows.database.exportRowCount(rows.filter),
      context: context)
  }

  /// Before any decision all harvested pairs are pending, and an empty file would look like an
  /// answer. What people said needs no decision.
  private func requireDecisions(in database: AuditDatabase, workspace: Workspace) throws {
    guard configuration.roles.contains(.train), configuration.decision != .all,
      !configuration.isReviewed, try database.publishedRule() == nil
    else { return }
    throw workspace.missing("no pair was decided on yet", command: "winnow-purify")
  }

  private func outputPath(in workspace: Workspace, sources: [SourceRecord]) throws -> String {
    guard let given = configuration.output else {
      try workspace.create(folder: workspace.exportPath)
      return "\(workspace.exportPath)/\(configuration.name)"
    }
    let output = absolutePath(given)
    for path in [output, ManifestExport.sumsPath(of: output)] {
      guard sources.contains(where: { $0.description.path == path }) else { continue }
      throw StagesError.configuration(
        stage: Self.name, key: ExportConfiguration.CodingKeys.output.rawValue,
        problem: "\(path) is a manifest of this workspace and would be overwritten")
    }
    return output
  }
}
