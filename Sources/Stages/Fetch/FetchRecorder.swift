import Audit
import Dispatch
import Fetching
import Foundation

/// Records what came of URLs in batches, on another thread while transfers go on: first their files
/// are synced, then one transaction names them. A killed run has files without a row, never a row
/// without its file.
///
/// A slow disk holds the transfers up only when several batches wait: while nobody listens to them
/// their time runs out. One thread at a time may use a recorder.
final class FetchRecorder: @unchecked Sendable {
  private let store: ContentStore
  private let database: AuditDatabase
  private let run: Int64
  private let context: StageContext
  private let afterBatch: @Sendable () throws -> Void
  private let queue = DispatchQueue(label: "fetch-recorder")
  private let waiting = DispatchSemaphore(value: mostWaiting)
  private let lock = NSLock()
  /// The first error; batches after it are not recorded. Guarded by `lock`.
  private var failure: (any Error)?
  private var batch: [FetchRecord] = []
  private var batchBegan: Double

  /// A batch is recorded when it has so many URLs …
  private static let batchSize = 512
  /// … or is so many seconds old.
  private static let batchSeconds = 2.0
  /// Batches that may wait to be recorded.
  private static let mostWaiting = 8

  /// - Parameter afterBatch: Called after each transaction; an error stops the run as a kill would.
  init(
    store: ContentStore, database: AuditDatabase, run: Int64,
    context: StageContext, afterBatch: @escaping @Sendable () throws -> Void
  ) {
    self.store = store
    self.database = database
    self.run = run
    self.context = context
    self.afterBatch = afterBatch
    batchBegan = context.uptime()
  }

  /// Takes in what came of a URL.
  ///
  /// - Throws: What recording an earlier batch threw.
  func add(_ url: FetchedURL) throws {
    if batch.isEmpty { batchBegan = context.uptime() }
    batch.append(
      FetchRecord(
        locationID: url.id, result: url.result, status: url.status, finalURL: url.finalURL,
        contentType: url.contentType, bytes: url.bytes, seconds: url.seconds, tries: url.tries))
    let age = context.uptime() - batchBegan
    guard batch.count >= Self.batchSize || age >= Self.batchSeconds else { return }
    try flush()
  }

  /// Records what is left and waits until it is on disk.
  ///
  /// - Throws: What recording threw.
  func finish() throws {
    try flush()
    queue.sync {}
    try checkFailure()
  }

  private func checkFailure() throws {
    if let failure = lock.withLock({ failure }) { throw failure }
  }

  private func flush() throws {
    try checkFailure()
    guard !batch.isEmpty else { return }
    let full = batch
    batch = []
    waiting.wait()
    queue.async {
      defer { self.waiting.signal() }
      guard self.lock.withLock({ self.failure }) == nil else { return }
      do {
        try self.store.sync()
        try self.database.record(full, run: self.run, at: self.context.now())
        try self.afterBatch()
      } catch {
        self.lock.withLock { self.failure = error }
      }
    }
  }
}
