import Audit
import Foundation
import Pairs

/// Reads manifests into the audit database, one row a line.
public struct IngestStage: Stage {
  /// The stage's name.
  public static let name = "ingest"
  /// What the stage does with the workspace.
  public static let access = WorkspaceAccess.writes
  /// What the stage was told.
  public let configuration: IngestConfiguration

  /// Lines of one transaction. A commit writes every page that it touched, and inserts of hashes
  /// touch nearly all pages of their indexes: with small transactions each line costs a page.
  private let batchLines: Int
  /// Called after each transaction; an error from it stops the ingest as a kill would.
  private let afterBatch: @Sendable () throws -> Void

  /// A stage with a configuration.
  public init(_ configuration: IngestConfiguration) {
    self.init(configuration, batchLines: 100_000, afterBatch: {})
  }

  init(
    _ configuration: IngestConfiguration, batchLines: Int,
    afterBatch: @escaping @Sendable () throws -> Void
  ) {
    self.configuration = configuration
    self.batchLines = batchLines
    self.afterBatch = afterBatch
  }

  /// Refuses what can be refused before anything is written.
  public func check(in workspace: Workspace) throws {
    for input in configuration.inputs {
      try TSVManifestReader.checkReadable(path: input, columns: configuration.columns)
      _ = try imageRoot(of: input)
    }
  }

  /// Does the work, going on where an interrupted run stopped.
  public func run(in workspace: Workspace, context: StageContext) throws -> IngestSummary {
    let database = try workspace.openDatabase(.creating)
    var summary = IngestSummary()
    for input in configuration.inputs {
      try ingest(input, into: database, context: context, summary: &summary)
      summary.sources += 1
    }
    try database.close()
    return summary
  }

  private func ingest(
    _ input: String, into database: AuditDatabase, context: StageContext,
    summary: inout IngestSummary
  ) throws {
    let root = try imageRoot(of: input)
    let description = SourceDescription(
      path: absolutePath(input), role: configuration.role, columns: configuration.columns,
      imageRoot: root.canonicalPath, sha256: try SHA256Digest(ofFileAt: input).description)
    if let known = try database.source(at: description.path) {
      if context.restarts {
        try database.discardSource(known.id)
      } else {
        try AuditDatabase.check(description, agreesWith: known.description)
        summary.knownLines += known.lineCount
        if known.isComplete { return }
      }
    }
    // A run of its own for each manifest: its configuration names that one alone.
    var own = configuration
    own.inputs = [description.path]
    let run = try database.beginRun(
      RunRequest(
        command: Self.name, configuration: try own.json(),
        programVersion: context.programVersion, seed: nil, startedAt: context.now()))
    let source = try database.beginSource(description, run: run)
    try add(source, of: input, root: root, to: database, context: context, summary: &summary)
    try database.finishRun(run, at: context.now())
  }

  private func add(
    _ source: SourceRecord, of input: String, root: ImageRoot, to database: AuditDatabase,
    context: StageContext, summary: inout IngestSummary
  ) throws {
    var source = source
    let batches = try IngestBatches(
      path: input, columns: configuration.columns, root: root, skipping: source.lineCount,
      upTo: batchLines)
    var meter = ProgressMeter(
      stage: Self.name, unit: "lines", total: nil, done: source.lineCount, context: context)
    let bytes = try ReadableFile(path: input).byteCount()
    let prefetched = Prefetch { try batches.next() }
    while let batch = try prefetched.next() {
      source = try database.ingest(
        batch.lines, into: source, isLast: batch.isLast, run: source.runID)
      for line in batch.lines {
        if let failure = line.failure {
          summary.failed[failure.reason.rawValue, default: 0] += 1
        } else {
          summary.pairs += 1
        }
      }
      summary.addedLines += batch.lines.count
      meter.advance(
        by: batch.lines.count, total: batch.lineCount(of: bytes, after: source.lineCount),
        note: URL(fileURLWithPath: input).lastPathComponent)
      try afterBatch()
    }
    summary.seconds += meter.elapsed
  }

  private func imageRoot(of input: String) throws -> ImageRoot {
    if let folder = configuration.imageRoot { return try ImageRoot(folder: folder) }
    return try ImageRoot(ofManifestAt: absolutePath(input))
  }
}
