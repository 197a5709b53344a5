import Foundation
import GRDB
import Pairs

/// Unites the audits of several shards into one.
///
/// The result depends on what the shards hold alone: sources come in the order of their paths, lines in
/// the order of their files, and all numbers follow from that. In whatever order shards are named, and
/// whether they are united at once or some of them first, the rows are the same.
///
/// All shards are read side by side, each in its line order, so memory does not grow with them.
public struct AuditMerge {
  /// Shards by their workspaces' paths.
  private let shards: [(name: String, database: AuditDatabase)]
  /// Whether manifests may have lines that were not ingested yet, and pairs not scored yet.
  private let allowsIncomplete: Bool

  /// The most shards that are united at once: each takes three open files. More are united in groups.
  public static let mostShards = 256

  /// What was united.
  public struct Outcome: Sendable {
    /// The manifests, in their new order.
    public var sources: [SourceRecord] = []
    /// Lines of all.
    public var lines = 0
    /// The model whose scores they have; nil where nothing was scored.
    public var model: String?
    /// Whether the shards decided by one rule, and their decisions were taken over.
    public var hasDecisions = false
    /// How many locations more there are than different URLs and paths, since shards found different
    /// things there.
    public var variants = 0
    /// Reviews, those that were made in the united audit itself included.
    public var reviews = 0

    /// Nothing yet.
    public init() {}
  }

  /// A merge of audits.
  public init(
    _ shards: [(name: String, database: AuditDatabase)], allowsIncomplete: Bool = false
  ) {
    self.shards = shards
    self.allowsIncomplete = allowsIncomplete
  }

  /// How many lines there are to read.
  public func lineCount() throws(AuditError) -> Int {
    var count = 0
    for shard in shards { count += try shard.database.pairCount() }
    return count
  }

  /// Writes the united audit into a new file. It is on the disk when this returns.
  ///
  /// - Parameters:
  ///   - path: No file is there.
  ///   - own: The united audit that this one replaces; reviews that were made in it are kept.
  ///   - progress: Called with the number of lines read, now and then.
  /// - Throws: `AuditError.shardsDiffer`, `.refused` for a shard that is not complete, or for reviews
  ///   of pairs that no shard holds.
  public func write(
    to path: String, keepingReviewsOf own: AuditDatabase? = nil, progress: (Int) throws -> Void
  ) throws(AuditError) -> Outcome {
    do {
      let target = try AuditDatabase(newBulkAt: path)
      let outcome = try MergeInput.withAll(shards) { inputs in
        guard let own else { return try unite(inputs, own: nil, into: target, progress) }
        return try own.queue.read { try unite(inputs, own: $0, into: target, progress) }
      }
      try target.finishBulk()
      return outcome
    } catch {
      throw AuditDatabase.auditError(error, path: path)
    }
  }

  private func unite(
    _ inputs: [MergeInput], own: Database?, into target: AuditDatabase,
    _ progress: (Int) throws -> Void
  ) throws -> Outcome {
    let sources = try MergeSource.all(of: inputs)
    if !allowsIncomplete { try requireComplete(sources, inputs) }
    let runs = try MergeRuns(of: inputs)
    let decisions = try MergeDecisions(of: inputs, runs, allowsIncomplete: allowsIncomplete)
    return try target.queue.write { database in
      try runs.write(to: database)
      try decisions.write(to: database)
      let reviews = try MergeReviews(inputs, own: own, to: database)
      let writer = try MergeWriter(
        inputs, runs, decidingRun: decisions.run, reviews, to: database)
      var outcome = Outcome()
      var read = 0
      for (index, source) in sources.enumerated() {
        try reviews.begin(source)
        let before = writer.pairs
        let cursors = try source.parts.map {
          try MergeCursor($0, of: inputs[$0.input].database, decisions.shown[$0.input])
        }
        try writeLines(cursors, of: source, number: Int64(index + 1), writer) {
          read += 1
          if read.isMultiple(of: 20_000) { try progress(read) }
        }
        try requireAll(source, cursors, inputs, written: Int(writer.pairs - before))
        outcome.sources.append(
          try store(
            source, number: Int64(index + 1), lines: Int(writer.pairs - before), runs, in: database)
        )
      }
      try progress(read)
      try requireReviews(reviews, own)
      outcome.lines = Int(writer.pairs)
      outcome.model = decisions.model
      outcome.hasDecisions = decisions.run != nil
      outcome.variants = writer.variants
      outcome.reviews = reviews.stored
      return outcome
    }
  }

  /// Writes the lines of a source in their order, those that several audits have once.
  private func writeLines(
    _ cursors: [MergeCursor], of source: MergeSource, number: Int64, _ writer: MergeWriter,
    advanced: () throws -> Void
  ) throws {
    var open = cursors.filter { $0.row != nil }
    var copies: [MergeCursor] = []
    while let first = open.first {
      var line = first.line
      copies.removeAll(keepingCapacity: true)
      for cursor in open {
        if cursor.line < line {
          line = cursor.line
          copies.removeAll(keepingCapacity: true)
        }
        if cursor.line == line { copies.append(cursor) }
      }
      try writer.write(copies, of: source, number: number)
      var hasEnded = false
      for cursor in copies {
        try cursor.advance()
        try advanced()
        hasEnded = hasEnded || cursor.row == nil
      }
      if hasEnded { open.removeAll { $0.row == nil } }
    }
  }

  private func store(
    _ source: MergeSource, number: Int64, lines: Int, _ runs: MergeRuns, in database: Database
  ) throws -> SourceRecord {
    let run = try source.parts.min { left, right in
      try runs.rank(ofRun: left.run, in: left.input)
        < runs.rank(ofRun: right.run, in: right.input)
    }
    guard let run else { throw AuditError.noSuchRow(table: "source", id: number) }
    let record = SourceRecord(
      id: number, description: source.description, lineCount: lines, linesRead: source.linesRead,
      byteCount: source.byteCount, isComplete: source.isComplete,
      runID: try runs.number(ofRun: run.run, in: run.input))
    try database.execute(
      sql: """
        INSERT INTO source (source_id, path, role, column_order, image_root, sha256, shards,
          line_count, lines_read, byte_count, is_complete, run_id)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        number, source.description.path, source.description.role.rawValue,
        source.description.columns.rawValue, source.description.imageRoot,
        source.description.sha256, source.description.shards?.description, lines,
        record.linesRead, record.byteCount, record.isComplete, record.runID,
      ])
    return record
  }
}

extension AuditMerge {
  private func requireComplete(_ sources: [MergeSource], _ inputs: [MergeInput]) throws {
    for part in sources.flatMap(\.parts) where !part.isComplete {
      throw AuditError.refused(
        what: inputs[part.input].name,
        problem:
          "has not read \(part.description.path) to its end; run winnow-ingest there, or give"
          + " --allow-incomplete")
    }
  }

  /// Lines in are lines out: each audit gave as many as it says it has, and where all shards are here,
  /// so are all lines of the manifest.
  private func requireAll(
    _ source: MergeSource, _ cursors: [MergeCursor], _ inputs: [MergeInput], written: Int
  ) throws {
    for (part, cursor) in zip(source.parts, cursors) where part.lineCount != cursor.count {
      throw AuditError.refused(
        what: inputs[part.input].name,
        problem: "says that it has \(part.lineCount) lines of \(part.description.path), and has "
          + "\(cursor.count): it is damaged; ingest it anew")
    }
    guard source.description.shards == nil, source.isComplete, written != source.linesRead else {
      return
    }
    throw AuditError.refused(
      what: source.description.path,
      problem: "has \(source.linesRead) lines, of which its shards hold \(written): one of them is "
        + "damaged; ingest it anew")
  }

  private func requireReviews(_ reviews: MergeReviews, _ own: Database?) throws {
    guard let own else { return }
    let made =
      try Int.fetchOne(own, sql: "SELECT count(*) FROM review WHERE NOT is_merged") ?? 0
    guard made == reviews.ownStored else {
      throw AuditError.refused(
        what: "the merge",
        problem: "would lose \(made - reviews.ownStored) of \(made) reviews that were made in the "
          + "united workspace, since no shard that was named holds their pairs; name that shard too, "
          + "or another workspace")
    }
  }
}
