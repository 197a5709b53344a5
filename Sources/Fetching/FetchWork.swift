import Foundation
import Pairs

/// The URLs that a fetcher has taken on and not settled yet.
struct FetchWork {
  private struct Pending {
    let request: FetchRequest
    var tries = 0
    var seconds = 0.0
  }

  private let retries: RetryPolicy
  private var schedule: HostSchedule
  private var pending: [Int: Pending] = [:]
  private var generator: SeededGenerator
  private var tickets = 0

  init(settings: FetchSettings, generator: SeededGenerator) {
    retries = settings.retries
    schedule = HostSchedule(perHost: settings.perHost, hostDelay: settings.hostDelay)
    self.generator = generator
  }

  /// URLs that wait to be asked for.
  var waiting: Int { schedule.waiting }
  /// When something may be ready that is not now; nil when nothing waits for a time.
  var nextTime: Double? { schedule.nextTime }

  mutating func add(_ request: FetchRequest) {
    pending[tickets] = Pending(request: request)
    schedule.add(HostSchedule.Job(ticket: tickets, url: request.url))
    tickets += 1
  }

  mutating func next(at now: Double) -> HostSchedule.Job? { schedule.next(at: now) }

  /// Takes in a transfer; gives what came of its URL, or nil when it will be tried again.
  mutating func settle(
    _ transfer: Transfer, at now: Double, store: ContentStore
  ) throws(FetchError) -> FetchedURL? {
    guard var job = pending[transfer.ticket] else { return nil }
    let url = job.request.url
    schedule.finish(url)
    job.tries += 1
    job.seconds += transfer.seconds
    if let delay = retries.delay(after: transfer, tries: job.tries, using: &generator) {
      // A server that says when it wants to be asked again means all of its URLs.
      if transfer.retryAfter != nil { schedule.pause(hostOf: url, until: now + delay) }
      pending[transfer.ticket] = job
      schedule.add(HostSchedule.Job(ticket: transfer.ticket, url: url), at: now + delay)
      return nil
    }
    pending[transfer.ticket] = nil
    let (result, bytes) = try content(of: transfer, in: store)
    return FetchedURL(
      id: job.request.id, result: result, bytes: bytes, status: transfer.status,
      finalURL: transfer.finalURL, contentType: transfer.contentType, seconds: job.seconds,
      tries: job.tries)
  }

  private func content(
    of transfer: Transfer, in store: ContentStore
  ) throws(FetchError) -> (Result<SHA256Digest, RowFailure.Thrown>, bytes: Int?) {
    func failed(_ failure: RowFailure) -> (Result<SHA256Digest, RowFailure.Thrown>, bytes: Int?) {
      (.failure(RowFailure.Thrown(failure: failure)), nil)
    }
    switch transfer.end {
    case .failed(let failure): return failed(failure)
    case .answered: return failed(RowFailure(.httpError, Self.detail(of: transfer)))
    case .body(let bytes):
      if let refusal = transfer.refusal(ofContent: bytes) { return failed(refusal) }
      return (.success(try store.store(bytes)), bytes.count)
    case .file(let path, let bytes):
      if let refusal = transfer.refusal(ofContent: try Self.head(ofFileAt: path)) {
        unlink(path)
        return failed(refusal)
      }
      return (.success(try store.store(fileAt: path)), bytes)
    }
  }

  private static func detail(of transfer: Transfer) -> String {
    let status = transfer.status.map(String.init) ?? "no status"
    guard let retryAfter = transfer.retryAfter else { return "HTTP status \(status)" }
    return "HTTP status \(status), Retry-After \(Int(retryAfter)) s"
  }

  private static func head(ofFileAt path: String) throws(FetchError) -> [UInt8] {
    do {
      let file = try ReadableFile(path: path)
      var head = [UInt8](repeating: 0, count: 1024)
      let count = try file.read(into: &head, count: head.count, at: 0)
      return Array(head[..<count])
    } catch {
      throw .store(path: path, problem: "\(error)")
    }
  }
}
