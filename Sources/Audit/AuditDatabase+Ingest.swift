import Foundation
import GRDB
import Pairs

extension AuditDatabase {
  /// How far a manifest was read for some lines: those that other shards hold are read too.
  public struct LinesRead: Sendable {
    /// Lines read, stored or not.
    public var count: Int
    /// Where the last of them ends, in bytes; nil for none.
    public var endOffset: Int64?

    /// A value of its parts.
    public init(count: Int, endOffset: Int64?) {
      self.count = count
      self.endOffset = endOffset
    }
  }

  /// Stores the next lines of a source in one transaction, with how far the source has come: a
  /// killed ingest goes on from there.
  ///
  /// - Parameters:
  ///   - lines: Those of the lines after the first `source.linesRead` that are wanted, in order.
  ///   - read: How far the manifest was read for them; nil when they are all of its next lines.
  ///   - isLast: Whether the file ends with them.
  ///   - date: When images that came with their lines were stored. They must be on disk already.
  /// - Returns: The source with its new counts.
  public func ingest(
    _ lines: [IngestLine], into source: SourceRecord, reading read: LinesRead? = nil,
    isLast: Bool, run: Int64, at date: Date
  ) throws(AuditError) -> SourceRecord {
    try write { database in
      var writer = try PairWriter(
        database, source: source.id, run: run, time: timestamp(date))
      var counts: [String: Int] = [:]
      for line in lines {
        try writer.insert(line)
        counts[line.outcome, default: 0] += 1
      }
      let lineCount = source.lineCount + lines.count
      let linesRead = source.linesRead + (read?.count ?? lines.count)
      let byteCount =
        read?.endOffset ?? lines.last.map(\.row.endOffset) ?? source.byteCount
      try database.execute(
        sql: """
          UPDATE source SET line_count = ?, lines_read = ?, byte_count = ?, is_complete = ?
          WHERE source_id = ? AND lines_read = ?
          """,
        arguments: [lineCount, linesRead, byteCount, isLast, source.id, source.linesRead])
      guard database.changesCount == 1 else {
        throw AuditError.database(
          path: path,
          problem: "\(source.description.path) is being ingested by another process")
      }
      try add(counts, done: read?.count ?? lines.count, toRun: run, in: database)
      return SourceRecord(
        id: source.id, description: source.description, lineCount: lineCount,
        linesRead: linesRead, byteCount: byteCount, isComplete: isLast, runID: source.runID)
    }
  }
}

extension AuditDatabase {
  /// Whether pictures that came with a source's lines are not there any more, since what was stored
  /// of them was damaged.
  public func lacksDeliveries(of source: SourceRecord) throws(AuditError) -> Bool {
    try read { database in
      try Bool.fetchOne(
        database,
        sql: """
          SELECT EXISTS (
            SELECT 1 FROM pair JOIN location USING (location_id)
            LEFT JOIN fetch USING (location_id)
            WHERE pair.source_id = ? AND location.is_remote AND fetch.sha256 IS NULL
              AND fetch.reason IS NULL)
          """, arguments: [source.id]) ?? false
    }
  }

  /// Stores once more what came with lines of a source that is complete. Their images must be on disk
  /// already.
  public func redeliver(
    _ lines: [IngestLine], of source: SourceRecord, at date: Date
  ) throws(AuditError) {
    try write { database in
      let writer = try PairWriter(
        database, source: source.id, run: source.runID, time: timestamp(date))
      for line in lines { try writer.redeliver(line) }
    }
  }
}

extension IngestLine {
  /// What a run counts the line as.
  fileprivate var outcome: String {
    if case .failure(let thrown)? = delivery?.result { return thrown.failure.reason.rawValue }
    return failure?.reason.rawValue ?? "ok"
  }
}

/// Inserts the pairs of one batch.
private struct PairWriter {
  private let source: Int64
  private let run: Int64
  private let time: String
  private var nextPair: Int64
  private let insertPair: BulkStatement
  private let lastOccurrence: BulkStatement
  private let insertLocation: BulkStatement
  private let findLocation: BulkStatement
  private let insertRaw: BulkStatement
  private let insertDelivery: BulkStatement
  private let database: Database

  init(_ database: Database, source: Int64, run: Int64, time: String) throws {
    self.database = database
    self.source = source
    self.run = run
    self.time = time
    let last = try Int64.fetchOne(database, sql: "SELECT max(pair_id) FROM pair")
    nextPair = (last ?? 0) + 1
    insertPair = try BulkStatement(
      database,
      sql: """
        INSERT INTO pair (pair_id, source_id, line, key, occurrence, caption, url, line_ending,
          location_id, reason, detail)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (key, source_id, occurrence) DO NOTHING
        """)
    lastOccurrence = try BulkStatement(
      database,
      sql: "SELECT max(occurrence) FROM pair WHERE key = ? AND source_id = ?")
    insertLocation = try BulkStatement(
      database,
      sql: """
        INSERT INTO location (digest, first_pair_id, is_remote) VALUES (?, ?, ?)
        ON CONFLICT (digest, variant) DO NOTHING
        """)
    findLocation = try BulkStatement(
      database, sql: "SELECT location_id FROM location WHERE digest = ? AND variant = 0")
    insertRaw = try BulkStatement(
      database,
      sql: "INSERT INTO raw_line (pair_id, bytes, byte_offset, byte_count) VALUES (?, ?, ?, ?)")
    // The first content of a URL stands, and outranks a failure.
    insertDelivery = try BulkStatement(
      database,
      sql: """
        INSERT INTO fetch
          (location_id, sha256, reason, detail, http_status, byte_count, seconds, tries, fetched_at,
           run_id)
        VALUES (?, ?, ?, ?, ?, ?, 0, 0, ?, ?)
        ON CONFLICT (location_id) DO UPDATE SET
          sha256 = excluded.sha256, reason = NULL, detail = NULL, final_url = NULL,
          content_type = NULL, seconds = 0, tries = 0,
          http_status = excluded.http_status, byte_count = excluded.byte_count,
          fetched_at = excluded.fetched_at, run_id = excluded.run_id
        WHERE fetch.sha256 IS NULL AND excluded.sha256 IS NOT NULL
        """)
  }

  /// Inserts a line with the next number.
  mutating func insert(_ line: IngestLine) throws {
    let location = try line.location.map { try locationID($0) }
    // Repeats are rare: trying the first number costs nothing, since the index is visited anyway.
    if try !insert(line, location: location, occurrence: 1) {
      let key = line.row.key
      let last = try lastOccurrence.integer {
        $0.bind(hash: (key.high, key.low))
        $0.bind(source)
      }
      guard try insert(line, location: location, occurrence: (last ?? 0) + 1) else {
        throw DatabaseError(message: "line \(line.row.lineNumber) cannot be inserted")
      }
    }
    if line.row.needsRawBytes {
      try insertRaw.execute {
        $0.bind(nextPair)
        $0.bind(bytes: line.row.isTruncated ? nil : line.row.rawBytes)
        $0.bind(line.row.byteOffset)
        $0.bind(Int64(line.row.byteCount))
      }
    }
    if let location, let delivery = line.delivery { try insert(delivery, at: location) }
    nextPair += 1
  }

  /// Stores what came with a line that is there already.
  func redeliver(_ line: IngestLine) throws {
    guard let delivery = line.delivery, let identity = line.location else { return }
    let found = try findLocation.integer { $0.bind(hash: (identity.high, identity.low)) }
    if let found { try insert(delivery, at: found) }
  }

  private func insert(_ delivery: ImageDelivery, at location: Int64) throws {
    let failure: RowFailure? =
      if case .failure(let thrown) = delivery.result { thrown.failure } else { nil }
    try insertDelivery.execute {
      $0.bind(location)
      $0.bind(bytes: (try? delivery.result.get())?.bytes)
      $0.bind(failure?.reason.rawValue)
      $0.bind(failure?.detail)
      $0.bind(delivery.httpStatus.map(Int64.init))
      $0.bind(delivery.bytes.map(Int64.init))
      $0.bind(time)
      $0.bind(run)
    }
  }

  private func insert(_ line: IngestLine, location: Int64?, occurrence: Int64) throws -> Bool {
    let row = line.row
    let changes = try insertPair.execute {
      $0.bind(nextPair)
      $0.bind(source)
      $0.bind(Int64(row.lineNumber))
      $0.bind(hash: (row.key.high, row.key.low))
      $0.bind(occurrence)
      if row.beginsWithByteOrderMark {
        $0.bind(row.fields?.caption)
        $0.bind(row.fields?.url)
      } else if let fields = row.fields {
        $0.bind(utf8: fields.captionBytes)
        $0.bind(utf8: fields.urlBytes)
      } else {
        $0.bind(nil as String?)
        $0.bind(nil as String?)
      }
      $0.bind(row.lineEnding.code)
      $0.bind(location)
      $0.bind(line.failure?.reason.rawValue)
      $0.bind(line.failure?.detail)
    }
    return changes == 1
  }

  private func locationID(_ identity: LocationIdentity) throws -> Int64 {
    let hash = (high: identity.high, low: identity.low)
    let changes = try insertLocation.execute {
      $0.bind(hash: hash)
      $0.bind(nextPair)
      $0.bind(identity.isRemote ? Int64(1) : 0)
    }
    if changes == 1 { return database.lastInsertedRowID }
    guard let found = try findLocation.integer({ $0.bind(hash: hash) }) else {
      throw DatabaseError(message: "an image location was neither inserted nor found")
    }
    return found
  }
}

extension ManifestRow {
  /// Whether the line cannot be written again from its two columns.
  fileprivate var needsRawBytes: Bool { fields == nil || isTruncated || beginsWithByteOrderMark }

  /// The mark belongs to the file, not to the caption or URL.
  fileprivate var beginsWithByteOrderMark: Bool {
    lineNumber == 1 && rawBytes.starts(with: [0xEF, 0xBB, 0xBF])
  }
}

extension LineEnding {
  /// How `pair.line_ending` stores it; 0 and 1 take no room in a SQLite row.
  var code: Int64 {
    switch self {
    case .lf: 0
    case .crlf: 1
    case .none: 2
    }
  }

  /// The ending that a code stands for.
  init(code: Int64) throws(AuditError) {
    switch code {
    case 0: self = .lf
    case 1: self = .crlf
    case 2: self = .none
    default: throw .unknownValue(column: "line_ending", value: "\(code)")
    }
  }
}
