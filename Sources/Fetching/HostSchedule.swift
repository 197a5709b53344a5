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

  /// A reference: changing a value in a dictionary by taking it out and putting it back would copy
  /// all URLs that wait for it.
  private final class Host {
    let name: String
    var jobs: Deque<Job> = []
    var active = 0
    /// Not before this time, in seconds.
    var opensAt = 0.0
    /// Whether it stands in `ready` or `later`.
    var isListed = false

    init(_ name: String) {
      self.name = name
    }
  }

  private enum Event {
    case hostOpens(Host)
    case retry(Job)
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
  private var ready: Deque<Host> = []
  private var later: Heap<Later> = []
  private var events = 0
  /// URLs that wait, those for another try included.
  private(set) var waiting = 0

  init(perHost: Int, hostDelay: Double) {
    self.perHost = perHost
    self.hostDelay = hostDelay
  }

  /// Hosts that are kept in mind.
  var knownHosts: Int { hosts.count }

  /// When something may be ready that is not now; nil when nothing waits for a time.
  var nextTime: Double? { later.min?.time }

  /// Adds a URL.
  mutating func add(_ job: Job) {
    waiting += 1
    enqueue(job)
  }

  /// Adds a URL again, for another try at a time.
  mutating func add(_ job: Job, at time: Double) {
    waiting += 1
    list(.retry(job), at: time)
  }

  /// The next URL that may be asked for now; nil when all have to wait.
  mutating func next(at now: Double) -> Job? {
    while let due = later.min, due.time <= now {
      later.removeMin()
      switch due.event {
      case .hostOpens(let host):
        host.isListed = false
        offer(host)
        forget(host, at: now)
      // Before those that were never asked for: a dead host is known the sooner.
      case .retry(let job): enqueue(job, isFirst: true)
      }
    }
    while let host = ready.popFirst() {
      guard host.opensAt <= now else {
        list(.hostOpens(host), at: host.opensAt)
        continue
      }
      host.isListed = false
      guard host.active < perHost, let job = host.jobs.popFirst() else { continue }
      host.active += 1
      host.opensAt = now + hostDelay
      waiting -= 1
      offer(host)
      return job
    }
    return nil
  }

  /// A transfer of a URL ended.
  mutating func finish(_ url: String, at now: Double) {
    guard let host = hosts[Self.host(of: url)] else { return }
    host.active -= 1
    offer(host)
    forget(host, at: now)
  }

  /// Leaves the host of a URL alone until a time.
  mutating func pause(hostOf url: String, until time: Double) {
    let host = host(named: Self.host(of: url))
    host.opensAt = max(host.opensAt, time)
  }

  /// The part of an absolute URL that names the server, in lower case, with its port unless that is the
  /// scheme's own.
  static func host(of url: String) -> String {
    let rest = url.utf8.drop { $0 != UInt8(ascii: ":") }.dropFirst(3)
    let authority = rest.prefix { !"/?#\\".utf8.contains($0) }
    let start = authority.lastIndex(of: UInt8(ascii: "@")).map(authority.index(after:))
    let name = authority[(start ?? authority.startIndex)...]
    let host = String(decoding: Array(name), as: UTF8.self).lowercased()
    let usual = url.utf8.prefix(6).elementsEqual("https:".utf8) ? ":443" : ":80"
    return host.hasSuffix(usual) ? String(host.dropLast(usual.count)) : host
  }

  private mutating func host(named name: String) -> Host {
    if let host = hosts[name] { return host }
    let host = Host(name)
    hosts[name] = host
    return host
  }

  private mutating func enqueue(_ job: Job, isFirst: Bool = false) {
    let host = host(named: Self.host(of: job.url))
    if isFirst {
      host.jobs.prepend(job)
    } else {
      host.jobs.append(job)
    }
    offer(host)
  }

  /// Lists a host that has something to ask for and is not listed.
  private mutating func offer(_ host: Host) {
    guard !host.isListed, !host.jobs.isEmpty, host.active < perHost else { return }
    host.isListed = true
    ready.append(host)
  }

  /// Forgets a host that nothing is wanted of, once it need not be left alone: a manifest names
  /// millions.
  private mutating func forget(_ host: Host, at now: Double) {
    guard host.active == 0, !host.isListed else { return }
    if host.opensAt <= now {
      hosts[host.name] = nil
    } else {
      host.isListed = true
      list(.hostOpens(host), at: host.opensAt)
    }
  }

  private mutating func list(_ event: Event, at time: Double) {
    later.insert(Later(time: time, number: events, event: event))
    events += 1
  }
}
