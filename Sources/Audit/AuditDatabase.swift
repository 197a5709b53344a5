import Foundation
import GRDB
import Pairs

/// The audit database of one workspace: every pair, what became of it and why.
///
/// All SQL of the program is in this module. Reads come in pages of bounded size, each its own
/// short transaction, so a reader never holds back the write-ahead log; writes come in batches,
/// each one transaction, so a killed stage loses at most one batch.
///
/// Journal: write-ahead log, so that readers never wait for the writer. `synchronous = NORMAL`:
/// a killed process loses nothing, a power failure can lose the last batches but never tears the
/// database, and every batch carries its own progress, so the stage does the lost ones again. A
/// run's end and a review are written with `synchronous = FULL`, which syncs the log and with it all
/// that came before: what is said to be done stays done, and no person says a thing twice.
public struct AuditDatabase: Sendable {
  /// Where the database is, for messages.
  public let path: String
  let queue: DatabaseQueue
  /// Of the run that is under way on this handle and its copies.
  let stopwatch = RunStopwatch()

  init(path: String, queue: DatabaseQueue) {
    self.path = path
    self.queue = queue
  }

  /// Runs a read in its own transaction, turning errors into this module's.
  func read<Value>(_ body: (Database) throws -> Value) throws(AuditError) -> Value {
    do {
      return try queue.read(body)
    } catch {
      throw auditError(error)
    }
  }

  /// Runs a write in its own transaction; an error leaves the database as it was.
  ///
  /// - Parameter movesPairs: whether afterwards pairs, URLs or images may stand elsewhere than before;
  ///   then the standing that was counted last is no longer current.
  func write<Value>(
    movesPairs: Bool = true, _ body: (Database) throws -> Value
  ) throws(AuditError) -> Value {
    do {
      return try queue.write { database in
        if movesPairs {
          try database.cachedStatement(
            sql: "UPDATE standing SET is_current = 0 WHERE is_current = 1"
          ).execute()
        }
        return try body(database)
      }
    } catch {
      throw auditError(error)
    }
  }

  /// As `write` of what moves no pairs, and what was written, by this and by all transactions before it, is on disk when it
  /// returns.
  func writeDurably<Value>(_ body: (Database) throws -> Value) throws(AuditError) -> Value {
    do {
      return try queue.writeWithoutTransaction { database in
        // Only outside of a transaction can it be changed.
        try database.execute(sql: "PRAGMA synchronous = FULL")
        let result = Result {
          var value: Value?
          try database.inTransaction(.immediate) {
            value = try body(database)
            return .commit
          }
          guard let value else { throw DatabaseError(message: "nothing was written") }
          return value
        }
        try database.execute(sql: "PRAGMA synchronous = NORMAL")
        return try result.get()
      }
    } catch {
      throw auditError(error)
    }
  }

  private func auditError(_ error: any Error) -> AuditError {
    Self.auditError(error, path: path)
  }

  /// Whether two handles are of the same file is never asked; the path is only for messages.
  static func auditError(_ error: any Error, path: String) -> AuditError {
    if let error = error as? AuditError { return error }
    guard let error = error as? DatabaseError else {
      return .database(path: path, problem: "\(error)")
    }
    switch error.resultCode {
    // The last: another process held the log's recovery back for as long.
    case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL: return .busy(path: path)
    default: break
    }
    if error.extendedResultCode == .SQLITE_IOERR_SHMSIZE {
      return .database(
        path: path,
        problem: "the disk is full, and even reading takes some kB beside the database; make room")
    }
    if error.resultCode == .SQLITE_NOTADB { return .foreign(path: path) }
    return .database(path: path, problem: error.message ?? "\(error)")
  }
}
