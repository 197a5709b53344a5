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
/// database, and every batch carries its own progress, so the stage does the lost ones again.
public struct AuditDatabase: Sendable {
  /// Where the database is, for messages.
  public let path: String
  let queue: DatabaseQueue

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
  func write<Value>(_ body: (Database) throws -> Value) throws(AuditError) -> Value {
    do {
      return try queue.write(body)
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
    if error.resultCode == .SQLITE_BUSY || error.resultCode == .SQLITE_LOCKED {
      return .busy(path: path)
    }
    if error.resultCode == .SQLITE_NOTADB { return .foreign(path: path) }
    return .database(path: path, problem: error.message ?? "\(error)")
  }
}
