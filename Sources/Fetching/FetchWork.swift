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
  private var hostFailures: HostFailures
  private var settled: [FetchedURL] = []
  private var givenUp: [FetchedHost] = []

  init(settings: FetchSettings, generator: SeededGenerator) {
    retries = settings.retries
    schedule = HostSchedule(perHost: settings.perHost, hostDelay: settings.hostDelay)
    self.generator = generator
    hostFailures = HostFailures(limit: settings.retries.hostFailures)
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

  /// The next URL to ask for; those of hosts that were given up are settled on the way.
  mutating func next(at now: Double) -> HostSchedule.Job? {
    while let job = schedule.next(at: now) {
      guard let verdict = hostFailures.verdict(onHostOf: job.url) else { return job }
      schedule.finish(job.url, at: now)
      guard let pending = pending.removeValue(forKey: job.ticket) else { continue }
      settled.append(
        FetchedURL(
          id: pending.request.id, result: .failure(RowFailure.Thrown(failure: verdict.failure)),
          bytes: nil, status: verdict.status, finalURL: nil, contentType: nil,
          seconds: pending.seconds, tries: pending.tries))
    }
    return nil
  }

  /// What became of URLs that were not asked for; each is given once.
  mutating func takeSettled() -> [FetchedURL] {
    defer { settled = [] }
    return settled
  }

  /// Hosts that were given up; each is given once.
  mutating func takeGivenUp() -> [FetchedHost] {
    defer { givenUp = [] }
    return givenUp
  }

  /// Takes in a transfer; gives what came of its URL, or nil when it will be tried again.
  mutating func settle(
    _ transfer: Transfer, at now: Double, store: ContentStore
  ) throws(FetchError) -> FetchedURL? {
    guard var job = pending[transfer.ticket] else { return nil }
    let url = job.request.url
    schedule.finish(url, at: now)
    job.tries += 1
    job.seconds += transfer.seconds
    // A server that says when it wants to be asked again means all of its URLs.
    if let asked = transfer.retryAfter {
      schedule.pause(hostOf: url, until: now + min(asked, retries.longestDelay))
    }
    if let delay = retries.delay(after: transfer, tries: job.tries, using: &generator) {
      pending[transfer.ticket] = job
      schedule.add(HostSchedule.Job(ticket: transfer.ticket, url: url), at: now + delay)
      return nil
    }
    pending[transfer.ticket] = nil
    let (result, bytes) = try content(of: transfer, in: store)
    if case .failure(let thrown) = result, RetryPolicy.isTransient(transfer) {
      if let host = hostFailures.note(thrown.failure, transfer.status, onHostOf: url) {
        givenUp.append(FetchedHost(name: host, lastFailure: thrown.failure))
      }
    } else {
      hostFailures.forget(hostOf: url)
    }
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
