import Audit
import Fetching
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
  /// As many of archives: a killed ingest copies the pictures of one transaction again.
  private static let batchSamples = 2000
  /// Called after each transaction; an error from it stops the ingest as a kill would.
  private let afterBatch: @Sendable () throws -> Void
  /// Rows of precomputed features of one transaction.
  private let chunk: Int
  /// Called after each transaction that stores what precomputed features are.
  private let afterChunk: @Sendable () throws -> Void

  /// A stage with a configuration.
  public init(_ configuration: IngestConfiguration) {
    self.init(configuration, batchLines: 100_000, afterBatch: {})
  }

  init(
    _ configuration: IngestConfiguration, batchLines: Int,
    afterBatch: @escaping @Sendable () throws -> Void,
    chunk: Int = 512, afterChunk: @escaping @Sendable () throws -> Void = {}
  ) {
    self.configuration = configuration
    self.batchLines = batchLines
    self.afterBatch = afterBatch
    self.chunk = chunk
    self.afterChunk = afterChunk
  }

  /// Refuses what can be refused before anything is written.
  public func check(in workspace: Workspace) throws {
    try workspace.refuseMerged("winnow-ingest")
    var expected = try IngestExpectation(of: workspace)
    for source in try configuration.sources() { try expected.check(source) }
  }

  /// Does the work, going on where an interrupted run stopped. Precomputed features are looked at in
  /// the same run: there is no picture to decode.
  public func run(in workspace: Workspace, context: StageContext) throws -> IngestSummary {
    let database = try workspace.openDatabase(.creating)
    var summary = IngestSummary()
    for source in try configuration.sources() {
      try ingest(source, into: database, of: workspace, context: context, summary: &summary)
      summary.sources += 1
    }
    if try workspace.imageKind(in: database) == .precomputed {
      let registration = PrecomputedRegistration(
        workspace: workspace, database: database, chunk: chunk, afterChunk: afterChunk)
      summary.features = try registration.perform(
        command: Self.name, configuration: configuration.json(), context: context)
    }
    try database.close()
    return summary
  }

  private func ingest(
    _ source: IngestSource, into database: AuditDatabase, of workspace: Workspace,
    context: StageContext, summary: inout IngestSummary
  ) throws {
    let description = try source.description()
    if let known = try database.source(at: description.path) {
      if context.restarts {
        try database.discardSource(known.id)
      } else {
        try source.checkLayout(agreesWith: known.description)
        try AuditDatabase.check(description, agreesWith: known.description)
        summary.knownLines += known.lineCount
        if known.isComplete {
          try restorePictures(of: source, known, in: database, of: workspace, context: context)
          return try close(known.runID, in: database, context: context)
        }
      }
    }
    // A run of its own for each file: its configuration names that one alone.
    let run = try database.beginRun(
      RunRequest(
        command: Self.name, configuration: try source.configuration.json(),
        programVersion: context.programVersion, seed: nil, startedAt: context.now(),
        unit: "lines"), context: context)
    let record = try database.beginSource(description, run: run)
    // What the whole manifest is, not what the first line of a shard happens to be.
    let kind =
      try workspace.imageKind(in: database) ?? (source.shards == nil ? nil : source.firstKind())
    let store = ContentStore(folder: workspace.imagesPath)
    let lines: any IngestLines
    if let shard = source.shard {
      try store.prepare()
      lines = try SampleLines(
        shard, in: source.root, into: store, shards: source.shards)
    } else {
      lines = try ManifestLines(source, of: kind)
    }
    let batches = try IngestBatches(
      lines, skipping: record.linesRead,
      upTo: source.shard == nil ? batchLines : min(batchLines, Self.batchSamples))
    try add(
      batches, of: source, record, to: database, store: store, context: context,
      summary: &summary)
    try database.endRun(run, context: context)
  }

  /// Copies the pictures of an archive once more when stored ones were found damaged.
  private func restorePictures(
    of source: IngestSource, _ known: SourceRecord, in database: AuditDatabase,
    of workspace: Workspace, context: StageContext
  ) throws {
    guard let shard = source.shard, try database.lacksDeliveries(of: known) else { return }
    context.logger.warning(
      "stored pictures of an archive were damaged or gone and are copied once more",
      metadata: ["archive": "\(known.description.path)"])
    let store = ContentStore(folder: workspace.imagesPath)
    try store.prepare()
    let batches = try IngestBatches(
      SampleLines(shard, in: source.root, into: store, shards: source.shards), skipping: 0,
      upTo: Self.batchSamples)
    while let batch = try batches.next() {
      try store.sync()
      try database.redeliver(batch.lines, of: known, at: context.now())
    }
  }

  /// Ends a run that was killed after its last line was stored.
  private func close(_ run: Int64, in database: AuditDatabase, context: StageContext) throws {
    let isOpen = try database.runs().contains { $0.id == run && $0.endedAt == nil }
    if isOpen { try database.endRun(run, context: context) }
  }

  private func add(
    _ batches: IngestBatches, of source: IngestSource, _ record: SourceRecord,
    to database: AuditDatabase, store: ContentStore,
    context: StageContext, summary: inout IngestSummary
  ) throws {
    var record = record
    var meter = ProgressMeter(
      stage: Self.name, unit: "lines", total: nil, done: record.linesRead, context: context)
    let bytes = try source.shard?.size() ?? ReadableFile(path: source.path).byteCount()
    let prefetched = Prefetch { try batches.next() }
    while let batch = try prefetched.next() {
      if source.shard != nil { try store.sync() }
      record = try database.ingest(
        batch.lines, into: record, reading: batch.read, isLast: batch.isLast, run: record.runID,
        at: context.now())
      for line in batch.lines {
        guard let failure = line.anyFailure else {
          summary.pairs += 1
          continue
        }
        summary.failed[failure.reason.rawValue, default: 0] += 1
        context.logger.trace(
          "pair failed", metadata: failure.metadata(ofLine: line.row, in: record))
      }
      summary.addedLines += batch.lines.count
      summary.otherShards += batch.read.count - batch.lines.count
      meter.advance(
        by: batch.read.count, total: batch.lineCount(of: bytes, after: record.linesRead),
        note: URL(fileURLWithPath: source.path).lastPathComponent)
      try afterBatch()
    }
    summary.seconds += meter.elapsed
  }
}
