import DequeModule
import HeapModule

/// Which URL is asked for next: one host after the other, none more often than it may be.
///
/// Every call takes time in the logarithm of the number of hosts and waiting URLs.
struct HostSchedule {
  /// A URL that waits.
  struct Job {
    let ticket: Int
    let url: String
  }

  private struct Host {
    var jobs: Deque<Job> = []
    var active = 0
    /// Not before this time, in seconds.
    var opensAt = 0.0
    /// Whether it stands in `ready` or `later`.
    var isListed = false
  }

  private enum Event {
    case hostOpens(String)
    case retry(Job, host: String)
  }

  private struct Later: Comparable {
    let time: Double
    /// First come, first served among equals.
    let number: Int
    let event: Event

    static func == (left: Self, right: Self) -> Bool {
      (left.time, left.number) == (right.time, right.number)
    }
    static func < (left: Self, right: Self) -> Bool {
      (left.time, left.number) < (right.time, right.number)
    }
  }

  private let perHost: Int
  private let hostDelay: Double
  private var hosts: [String: Host] = [:]
  private var ready: Deque<String> = []
  private var later: Heap<Later> = []
  private var events = 0
  /// URLs that wait, those for another try included.
  private(set) var waiting = 0

  init(perHost: Int, hostDelay: Double) {
    self.perHost = perHost
    self.hostDelay = hostDelay
  }

  /// When something may be ready that is not now; nil when nothing waits for a time.
  var nextTime: Double? { later.min?.time }

  /// Adds a URL.
  mutating func add(_ job: Job) {
    waiting += 1
    enqueue(job, host: Self.host(of: job.url))
  }

  /// Adds a URL again, for another try at a time.
  mutating func add(_ job: Job, at time: Double) {
    waiting += 1
    list(.retry(job, host: Self.host(of: job.url)), at: time)
  }

  /// The next URL that may be asked for now; nil when all have to wait.
  mutating func next(at now: Double) -> Job? {
    while let due = later.min, due.time <= now {
      later.removeMin()
      switch due.event {
      case .hostOpens(let host):
        hosts[host]?.isListed = false
        offer(host)
      case .retry(let job, let host): enqueue(job, host: host)
      }
    }
    while let name = ready.popFirst() {
      guard var host = hosts[name] else { continue }
      host.isListed = false
      guard host.opensAt <= now else {
        host.isListed = true
        hosts[name] = host
        list(.hostOpens(name), at: host.opensAt)
        continue
      }
      guard host.active < perHost, let job = host.jobs.popFirst() else {
        hosts[name] = host
        continue
      }
      host.active += 1
      host.opensAt = now + hostDelay
      hosts[name] = host
      waiting -= 1
      offer(name)
      return job
    }
    return nil
  }

  /// A transfer of a URL ended.
  mutating func finish(_ url: String) {
    let name = Self.host(of: url)
    guard var host = hosts[name] else { return }
    host.active -= 1
    let isIdle = host.active == 0 && host.jobs.isEmpty && !host.isListed
    // Hosts without a delay to keep are forgotten: a manifest names millions.
    hosts[name] = isIdle && hostDelay == 0 ? nil : host
    offer(name)
  }

  /// Leaves the host of a URL alone until a time.
  mutating func pause(hostOf url: String, until time: Double) {
    let name = Self.host(of: url)
    hosts[name, default: Host()].opensAt = max(hosts[name]?.opensAt ?? 0, time)
  }

  /// The part of an absolute URL that names the server, in lower case, with its port.
  static func host(of url: String) -> String {
    let rest = url.utf8.drop { $0 != UInt8(ascii: ":") }.dropFirst(3)
    let authority = rest.prefix { !"/?#\\".utf8.contains($0) }
    let start = authority.lastIndex(of: UInt8(ascii: "@")).map(authority.index(after:))
    let name = authority[(start ?? authority.startIndex)...]
    return String(decoding: Array(name), as: UTF8.self).lowercased()
  }

  private mutating func enqueue(_ job: Job, host: String) {
    hosts[host, default: Host()].jobs.append(job)
    offer(host)
  }

  /// Lists a host that has something to ask for and is not listed.
  private mutating func offer(_ name: String) {
    guard var host = hosts[name], !host.isListed, !host.jobs.isEmpty, host.active < perHost else {
      return
    }
    host.isListed = true
    hosts[name] = host
    ready.append(name)
  }

  private mutating func list(_ event: Event, at time: Double) {
    later.insert(Later(time: time, number: events, event: event))
    events += 1
  }
}
