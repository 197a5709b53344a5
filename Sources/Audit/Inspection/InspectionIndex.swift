import Foundation
import GRDB
import Pairs
import Synchronization

/// Finds the pairs of a workspace in any order and by any filter, a page at a time, at a cost that
/// does not grow with their number.
///
/// A database of its own beside the audit's, `inspect.sqlite`, which holds for each pair its kind (role,
/// stage, status, reason and so on as one small number), the values that pairs are sorted by, and
/// the words of its caption. It is never authoritative: it is made from the audit whenever that has
/// changed, and may be deleted at any time. So no stage pays for it, and pages show pairs as they
/// stand in the audit at that moment.
///
/// Safe to use from several threads and processes at once: pages are read from a snapshot, and one
/// process at a time brings the index up to date.
public final class InspectionIndex: Sendable {
  /// What a look at the audit led to.
  public enum Freshness: Sendable, Equatable {
    /// The index holds all that the audit says.
    case current
    /// It was made anew, or changed.
    case updated
    /// A stage is changing pairs, or another process is busy with the index: some pairs are found
    /// where they stood a while ago.
    case behind
  }

  /// Where the index is: the path asked for, or one in a temporary folder where that cannot be
  /// written.
  public let path: String
  let audit: AuditDatabase
  let pool: DatabasePool
  let now: @Sendable () -> Date
  /// What the last searches found.
  let lastHits = Mutex<[SearchHits]>([])
  /// What opening it led to.
  public let freshness: Freshness

  /// Opens the index, makes it where there is none, and brings it up to date.
  ///
  /// - Parameters:
  ///   - audit: The audit, open for reading or writing.
  ///   - path: Where the index is to be, `inspect.sqlite` in the workspace.
  ///   - now: The clock, for not building again and again while a stage writes.
  ///   - progress: Receives how many pairs are done, and how many there are, while it is built.
  /// - Throws: `AuditError.database`, `.busy`, or `.foreign` for another file of that name.
  public init(
    of audit: AuditDatabase, at path: String, now: @escaping @Sendable () -> Date,
    progress: (Int, Int) -> Void
  ) throws(AuditError) {
    self.audit = audit
    self.now = now
    let (path, pool, freshness) = try Self.openUpToDate(path) { path, pool throws(AuditError) in
      try InspectionBuilder(audit: audit, pool: pool, path: path, now: now)
        .bringUpToDate(progress: progress)
    }
    (self.path, self.pool, self.freshness) = (path, pool, freshness)
  }

  /// Brings the index up to date where the audit has changed: reviews at once and for next to
  /// nothing. While a stage goes on changing pairs one by one, only after twenty times as long as
  /// the last time took; so does opening it.
  @discardableResult
  public func refreshIfNeeded(progress: (Int, Int) -> Void = { _, _ in }) throws(AuditError)
    -> Freshness
  {
    try InspectionBuilder(audit: audit, pool: pool, path: path, now: now)
      .bringUpToDate(progress: progress)
  }

  /// Runs a read of the index from one snapshot, turning errors into this module's.
  func read<Value>(_ body: (Database) throws -> Value) throws(AuditError) -> Value {
    do {
      return try pool.read(body)
    } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
      throw .database(path: path, problem: "is damaged; delete it, and it is made anew")
    } catch {
      throw AuditDatabase.auditError(error, path: path)
    }
  }
}
