import Audit
import Dispatch
import Fetching
import Foundation

/// Records what came of URLs in batches, on another thread while transfers go on: first their files
/// are synced, then one transaction names them. A killed run has files without a row, never a row
/// without its file.
///
/// At most one batch waits while another is written. One thread at a time may use a recorder.
final class FetchRecorder: @unchecked Sendable {
  private let store: ContentStore
  private let database: AuditDatabase
  private let run: Int64
  private let now: @Sendable () -> Date
  private let afterBatch: @Sendable () throws -> Void
  private let queue = DispatchQueue(label: "fetch-recorder")
  private let writing = DispatchGroup()
  // Written on `queue`, read only after waiting for `writing`.
  private var result: Result<Void, any Error> = .success(())
  private var batch: [FetchRecord] = []
  private var batchBegan: Date

  /// A batch is recorded when it has so many URLs …
  private static let batchSize = 512
  /// … or is so many seconds old.
  private static let batchSeconds = 2.0

  /// - Parameter afterBatch: Called after each transaction; an error stops the run as a kill would.
  init(
    store: ContentStore, database: AuditDatabase, run: Int64,
    now: @escaping @Sendable () -> Date, afterBatch: @escaping @Sendable () throws -> Void
  ) {
    self.store = store
    self.database = database
    self.run = run
    self.now = now
    self.afterBatch = afterBatch
    batchBegan = now()
  }

  /// Takes in what came of a URL.
  ///
  /// - Throws: What recording an earlier batch threw.
  func add(_ url: FetchedURL) throws {
    if batch.isEmpty { batchBegan = now() }
    batch.append(
      FetchRecord(
        locationID: url.id, result: url.result, status: url.status, finalURL: url.finalURL,
        contentType: url.contentType, bytes: url.bytes, seconds: url.seconds, tries: url.tries))
    let age = now().timeIntervalSince(batchBegan)
    guard batch.count >= Self.batchSize || age >= Self.batchSeconds || age < 0 else { return }
    try flush()
  }

  /// Records what is left and waits until it is on disk.
  func finish() throws {
    try flush()
    writing.wait()
    try result.get()
  }

  private func flush() throws {
    writing.wait()
    try result.get()
    guard !batch.isEmpty else { return }
    let full = batch
    batch = []
    writing.enter()
    queue.async {
      self.result = Result {
        try self.store.sync()
        try self.database.record(full, run: self.run, at: self.now())
        try self.afterBatch()
      }
      self.writing.leave()
    }
  }
}
