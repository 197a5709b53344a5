import Foundation
import GRDB

extension AuditDatabase {
  /// Begins a run, or goes on with the last one of the same command, configuration, seed and
  /// version when that did not end, so that a killed and resumed stage is one run.
  ///
  /// - Parameter measurement: Measures the run from now on; nil leaves its time as it is.
  /// - Returns: The run's number.
  public func beginRun(
    _ request: RunRequest, measuring measurement: RunMeasurement? = nil
  ) throws(AuditError) -> Int64 {
    let run = try write(movesPairs: false) { database in
      let unfinished = try unfinishedRun(request, in: database)
      if let unfinished {
        // One that an earlier version began has none.
        try database.execute(
          sql: "UPDATE run SET unit = ? WHERE run_id = ? AND unit IS NULL",
          arguments: [request.unit, unfinished])
        return unfinished
      }
      try database.execute(
        sql: """
          INSERT INTO run (command, config, config_sha256, program_version, seed, started_at, unit)
          VALUES (?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          request.command, request.configuration, request.configurationHash,
          request.programVersion, stored(request.seed), timestamp(request.startedAt), request.unit,
        ])
      return database.lastInsertedRowID
    }
    stopwatch.start(run, measurement)
    return run
  }

  /// The last run of the same command, configuration, seed and version, when that did not end.
  public func unfinishedRun(_ request: RunRequest) throws(AuditError) -> Int64? {
    try read { database in try unfinishedRun(request, in: database) }
  }

  private func unfinishedRun(_ request: RunRequest, in database: Database) throws -> Int64? {
    try Int64.fetchOne(
      database,
      sql: """
        SELECT run_id FROM run
        WHERE command = ? AND config_sha256 = ? AND program_version = ? AND seed IS ?
          AND ended_at IS NULL
        ORDER BY run_id DESC LIMIT 1
        """,
      arguments: [
        request.command, request.configurationHash, request.programVersion, stored(request.seed),
      ])
  }

  /// Marks a run as ended. That and all that was written before it is on disk on return.
  public func finishRun(_ id: Int64, at date: Date) throws(AuditError) {
    try writeDurably { database in
      try database.execute(
        sql: "UPDATE run SET ended_at = ? WHERE run_id = ?", arguments: [timestamp(date), id])
      guard database.changesCount == 1 else { throw AuditError.noSuchRow(table: "run", id: id) }
      try addWork(to: id, in: database) { $0 ?? 0 }
    }
    stopwatch.stop(id)
  }

  /// Stores how far a run has come that stores no rows of its own.
  ///
  /// - Parameter done: How many of its unit it has done in all; it never becomes less.
  public func advanceRun(_ id: Int64, to done: Int) throws(AuditError) {
    try write(movesPairs: false) { database in
      try addWork(to: id, in: database) { max($0 ?? 0, done) }
    }
  }

  /// All runs, oldest first.
  public func runs() throws(AuditError) -> [RunRecord] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT run_id, command, config, config_sha256, program_version, seed, started_at,
            ended_at, counts, unit, done, seconds
          FROM run ORDER BY run_id
          """
      ).map { row in
        RunRecord(
          id: row[0], command: row[1], configuration: row[2], configurationHash: row[3],
          programVersion: row[4],
          seed: (row[5] as Int64?).map { UInt64(bitPattern: $0) },
          startedAt: row[6], endedAt: row[7], counts: try Self.decodeCounts(row[8]), unit: row[9],
          done: row[10], seconds: row[11])
      }
    }
  }

  /// What a run has done so far; nil for one that is not measured.
  public func work(ofRun id: Int64) throws(AuditError) -> RunWork? {
    try read { database in
      let row = try Row.fetchOne(
        database,
        sql: """
          SELECT command, unit, done, seconds, counts FROM run
          WHERE run_id = ? AND unit IS NOT NULL AND done IS NOT NULL AND seconds IS NOT NULL
          """, arguments: [id])
      return try row.map { row in
        RunWork(
          run: id, stage: row[0], unit: row[1], done: row[2], seconds: row[3],
          counts: try Self.decodeCounts(row[4]))
      }
    }
  }

  /// Adds to a run's counts in the transaction that stores the rows counted, so that the counts of
  /// a resumed run are those of an undisturbed one.
  ///
  /// - Parameter done: How many of the run's unit that is; nil when it is as many as are counted.
  func add(
    _ counts: [String: Int], done: Int? = nil, toRun id: Int64, in database: Database
  ) throws {
    let stored = try String.fetchOne(
      database, sql: "SELECT counts FROM run WHERE run_id = ?", arguments: [id])
    let sum = try Self.decodeCounts(stored).merging(counts, uniquingKeysWith: +)
    let text = try Self.encodeCounts(sum)
    try database.execute(
      sql: "UPDATE run SET counts = ? WHERE run_id = ?", arguments: [text, id])
    guard database.changesCount == 1 else { throw AuditError.noSuchRow(table: "run", id: id) }
    let more = done ?? counts.values.reduce(0, +)
    try addWork(to: id, in: database) { ($0 ?? 0) + more }
  }

  /// Adds what has passed since the last transaction of a run to its seconds, where it is measured.
  private func addWork(
    to id: Int64, in database: Database, _ change: (Int?) -> Int
  ) throws {
    guard let lap = stopwatch.lap(of: id) else { return }
    let row = try Row.fetchOne(
      database, sql: "SELECT command, unit, done, seconds, counts FROM run WHERE run_id = ?",
      arguments: [id])
    guard let row, let unit = row[1] as String? else { return }
    let work = RunWork(
      run: id, stage: row[0], unit: unit, done: change(row[2]),
      seconds: (WorkSeconds(row[3] ?? 0) + lap.seconds).value,
      counts: try Self.decodeCounts(row[4]))
    try database.execute(
      sql: "UPDATE run SET done = ?, seconds = ? WHERE run_id = ?",
      arguments: [work.done, work.seconds, id])
    database.afterNextTransaction { _ in stopwatch.keep(lap, of: work) }
  }

  static func decodeCounts(_ text: String?) throws -> [String: Int] {
    guard let text else { return [:] }
    return try JSONDecoder().decode([String: Int].self, from: Data(text.utf8))
  }

  static func encodeCounts(_ counts: [String: Int]) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return String(decoding: try encoder.encode(counts), as: UTF8.self)
  }

  /// SQLite's integers are signed; the upper half of the seeds is stored as negative numbers.
  private func stored(_ seed: UInt64?) -> Int64? { seed.map { Int64(bitPattern: $0) } }

  func timestamp(_ date: Date) -> String { date.formatted(.iso8601) }
}
