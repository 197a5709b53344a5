import Foundation
import Pairs

/// Fetches URLs, hundreds at a time, and stores what they give by its hash.
///
/// Memory: at most `window` URLs wait, and each transfer holds at most `memoryBytes` of its body and
/// libcurl's buffers. It all runs on the caller's thread.
public struct Fetcher: Sendable {
  private let settings: FetchSettings
  private let store: ContentStore
  private let seed: UInt64
  private let clock: @Sendable () -> Double
  private let sleep: @Sendable (Double) -> Void

  /// A fetcher.
  ///
  /// - Parameters:
  ///   - store: Prepared.
  ///   - seed: Of the random part of the waits between tries.
  ///   - clock: Seconds that never go back.
  ///   - sleep: Waits so many seconds.
  public init(
    _ settings: FetchSettings, into store: ContentStore, seed: UInt64,
    clock: @escaping @Sendable () -> Double,
    sleep: @escaping @Sendable (Double) -> Void = { Thread.sleep(forTimeInterval: $0) }
  ) {
    self.settings = settings
    self.store = store
    self.seed = seed
    self.clock = clock
    self.sleep = sleep
  }

  /// URLs that may wait at a time, so that one slow host does not hold up the others.
  private var window: Int { max(16384, settings.concurrency * 64) }

  /// Fetches all URLs that `more` gives.
  ///
  /// - Parameters:
  ///   - more: Gives up to so many URLs that it did not give before; none when there are no more.
  ///   - givenUp: Called with each host whose other URLs are not asked for any more.
  ///   - finished: Called with what came of each URL. Its content is stored but not synced.
  /// - Throws: `FetchError`, and what the two calls throw; never for a URL.
  public func run(
    more: (Int) throws -> [FetchRequest], givenUp: (FetchedHost) -> Void = { _ in },
    finished: (FetchedURL) throws -> Void
  ) throws {
    let client = try FetchClient(settings, spillFolder: store.incoming)
    var work = FetchWork(settings: settings, generator: SeededGenerator(seed: seed))
    var isExhausted = false
    while true {
      if !isExhausted, work.waiting < window / 2 {
        let requests = try more(window - work.waiting)
        isExhausted = requests.isEmpty
        for request in requests { work.add(request) }
      }
      while client.active < settings.concurrency, let job = work.next(at: clock()) {
        try client.start(job.url, ticket: job.ticket)
      }
      for done in work.takeSettled() { try finished(done) }
      if client.active == 0 {
        guard work.waiting > 0 || !isExhausted else { return }
        // Everything waits for its time.
        if let time = work.nextTime { sleep(min(max(0, time - clock()), 1)) }
        continue
      }
      // Without a free place nothing that is due can begin: only an end helps.
      let isFull = client.active >= settings.concurrency
      let patience = isFull ? 1 : work.nextTime.map { min(max(0, $0 - clock()), 1) } ?? 1
      try client.wait(milliseconds: Int((patience * 1000).rounded(.up)))
      while let transfer = try client.next() {
        if let done = try work.settle(transfer, at: clock(), store: store) { try finished(done) }
      }
      for host in work.takeGivenUp() { givenUp(host) }
    }
  }
}
