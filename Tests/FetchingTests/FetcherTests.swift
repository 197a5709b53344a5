import Foundation
import Pairs
import TestServer
import TestSupport
import Testing

@testable import Fetching

/// Every kind of answer, from a real server.
@Suite struct FetcherTests {
  private let folder: ScratchFolder
  private let site: TestSite
  private let server: LocalServer

  init() throws {
    folder = try ScratchFolder()
    site = try TestSite()
    server = try site.serve()
  }

  private func settings(_ change: (inout FetchSettings) -> Void = { _ in }) -> FetchSettings {
    var settings = FetchSettings(userAgent: "winnow/test")
    settings.addresses = .publicAnd([[127, 0, 0, 1]])
    settings.perHost = 64
    settings.maximumBytes = 4 << 20
    settings.memoryBytes = 20_000
    settings.totalSeconds = 2
    settings.connectSeconds = 1
    settings.retries.firstDelay = 0.02
    change(&settings)
    return settings
  }

  /// What came of each URL, in the order given.
  private func fetch(
    _ urls: [String], _ settings: FetchSettings, page: Int = .max,
    givenUp: (FetchedHost) -> Void = { _ in }
  ) throws -> [FetchedURL] {
    let store = ContentStore(folder: folder.file("images"))
    try store.prepare()
    let start = ContinuousClock.now
    let fetcher = Fetcher(
      settings, into: store, seed: 1,
      clock: { Double((ContinuousClock.now - start) / .milliseconds(1)) / 1000 })
    var requests = urls.enumerated().map { FetchRequest(id: Int64($0), url: $1) }[...]
    var results: [FetchedURL] = []
    try fetcher.run { limit in
      let given = requests.prefix(min(limit, page))
      requests = requests.dropFirst(given.count)
      return Array(given)
    } givenUp: {
      givenUp($0)
    } finished: {
      results.append($0)
    }
    let leftovers =
      try folder.names.contains("images")
      ? FileManager.default.contentsOfDirectory(atPath: store.incoming) : []
    #expect(leftovers == [])
    return results.sorted { $0.id < $1.id }
  }

  private func fetch(
    one path: String, _ change: (inout FetchSettings) -> Void = { _ in }
  ) throws -> FetchedURL {
    var settings = settings()
    change(&settings)
    let url = path.hasPrefix("http") ? path : server.url(path)
    return try #require(try fetch([url], settings).first)
  }

  private func failure(_ fetched: FetchedURL) -> RowFailure? {
    if case .failure(let thrown) = fetched.result { thrown.failure } else { nil }
  }

  @Test(arguments: [1 << 20, 1000])
  func aPictureIsStoredFromMemoryAndFromAFile(_ memory: Int) throws {
    let fetched = try fetch(one: "/image/5") { $0.memoryBytes = memory }
    let digest = try fetched.result.get()
    #expect(digest == SHA256Digest(of: site.image(5)))
    let stored = try folder.read("images/\(digest.description.prefix(2))/\(digest)")
    #expect(stored == site.image(5))
    #expect((25_000...29_000).contains(stored.count))
    #expect(fetched.bytes == stored.count)
    #expect(fetched.status == 200 && fetched.tries == 1)
    #expect(fetched.contentType == "image/jpeg")
    #expect(fetched.finalURL == server.url("/image/5"))
  }

  @Test func redirectsAreFollowedUpToTheLimit() throws {
    let fetched = try fetch(one: "/redirect/5")
    #expect(try fetched.result.get() == SHA256Digest(of: site.image(1001)))
    #expect(fetched.finalURL == server.url("/image/1001"))
    #expect(failure(try fetch(one: "/redirect/6"))?.reason == .redirectLimit)
    #expect(failure(try fetch(one: "/loop"))?.reason == .redirectLimit)
  }

  @Test(arguments: [400, 403, 404, 410, 451])
  func errorAnswersKeepTheirNumber(_ status: Int) throws {
    let fetched = try fetch(one: "/status/\(status)")
    #expect(failure(fetched) == RowFailure(.httpError, "HTTP status \(status)"))
    #expect(fetched.status == status)
    #expect(fetched.tries == 1)
  }

  @Test func whatMayPassIsAskedForAgain() throws {
    let flaky = try fetch(one: "/flaky/1")
    #expect(try flaky.result.get() == SHA256Digest(of: site.image(1)))
    #expect(flaky.tries == 3)
    let broken = try fetch(one: "/status/503")
    #expect(failure(broken)?.reason == .httpError && broken.status == 503 && broken.tries == 3)
    #expect(server.requests["/status/503"] == 3)
  }

  @Test func retryAfterIsWaitedFor() throws {
    let start = ContinuousClock.now
    let later = try fetch(one: "/later/1")
    #expect(try later.result.get() == SHA256Digest(of: site.image(1)))
    #expect(later.tries == 2)
    #expect(ContinuousClock.now - start >= .milliseconds(950))
    let tooLate = try fetch(one: "/later/9000")
    #expect(failure(tooLate) == RowFailure(.httpError, "HTTP status 429, Retry-After 9000 s"))
    #expect(tooLate.tries == 1)
    // As many seconds as 64 bits hold.
    #expect(failure(try fetch(one: "/later/\(Int64.max)"))?.reason == .httpError)
  }

  @Test func slowServersAreGivenUp() throws {
    let stalled = try fetch(one: "/stall") { $0.retries.tries = 1 }
    #expect(failure(stalled)?.reason == .timeout)
    let dripping = try fetch(one: "/drip") {
      $0.retries.tries = 1
      $0.totalSeconds = 30
      $0.slowSeconds = 1
    }
    #expect(failure(dripping)?.reason == .timeout)
    #expect(dripping.seconds < 10)
  }

  @Test(arguments: ["/huge", "/endless", "/bomb"])
  func largeBodiesAreGivenUp(_ path: String) throws {
    let fetched = try fetch(one: path) { $0.totalSeconds = 30 }
    #expect(failure(fetched)?.reason == .tooLarge)
    #expect(fetched.tries == 1)
  }

  @Test func aBodyThatBreaksOffIsNoPicture() throws {
    let fetched = try fetch(one: "/short")
    #expect(failure(fetched)?.reason == .connection)
    #expect(fetched.tries == 3)
  }

  @Test func whatIsNoPictureIsRefusedByItsContent() throws {
    #expect(
      failure(try fetch(one: "/page.jpg"))
        == RowFailure(.notAnImage, "the content is html, Content-Type: image/jpeg"))
    #expect(
      failure(try fetch(one: "/empty")) == RowFailure(.notAnImage, "the answer has no body"))
  }

  @Test func compressionUnaskedIsUndone() throws {
    #expect(try fetch(one: "/compressed").result.get() == SHA256Digest(of: site.image(9)))
  }

  @Test func optOutsAreHonouredUnlessToldOtherwise() throws {
    #expect(
      failure(try fetch(one: "/robots/noai"))
        == RowFailure(.optedOut, "X-Robots-Tag: noai"))
    #expect(failure(try fetch(one: "/robots/googlebot:+noai")) == nil)
    #expect(failure(try fetch(one: "/robots/noai") { $0.honoursOptOuts = false }) == nil)
    // An error page or a redirect says nothing of the picture; too much to be read is a refusal.
    let error = try fetch(one: "/status/503/noindex") { $0.retries.tries = 2 }
    #expect(failure(error)?.reason == .httpError && error.tries == 2)
    #expect(failure(try fetch(one: "/redirect/1/noindex")) == nil)
    let long = String(repeating: "nofollow,+", count: 900) + "noai"
    #expect(failure(try fetch(one: "/robots/\(long)"))?.reason == .optedOut)
  }

  @Test func privateAddressesAreRefusedAfterResolution() throws {
    // Another loopback address than the one allowed, by number, in disguise, behind a redirect.
    let port = server.port
    for url in [
      "http://127.0.0.2:\(port)/image/1", "http://0x7f000002:\(port)/image/1",
      "http://2130706434:\(port)/image/1", server.url("/to?http://127.0.0.2:\(port)/image/1"),
      "http://[::1]:\(port)/image/1", "http://[::ffff:127.0.0.2]:\(port)/image/1",
      "http://169.254.169.254/latest/meta-data",
    ] {
      let fetched = try fetch(one: url)
      #expect(failure(fetched)?.reason == .blockedAddress, "\(url): \(fetched.result)")
      #expect(fetched.tries == 1)
    }
    #expect(server.requests["/image/1"] == nil)
    let named = try fetch(one: "http://localhost:\(port)/image/1") { $0.addresses = .publicOnly }
    #expect(failure(named)?.reason == .blockedAddress)
    #expect(failure(named)?.detail.hasSuffix("is not a public address") == true)
  }

  @Test func redirectsCannotLeaveTheWeb() throws {
    for target in ["file:///etc/passwd", "ftp://127.0.0.1/a", "gopher://127.0.0.1:70/x"] {
      #expect(failure(try fetch(one: "/to?\(target)"))?.reason == .unsupportedURL)
    }
  }

  @Test func namesAndAddressesThatLeadNowhereHaveTheirReasons() throws {
    let once: (inout FetchSettings) -> Void = { $0.retries.tries = 1 }
    #expect(failure(try fetch(one: "http://nowhere.invalid/a.jpg", once))?.reason == .dns)
    let closed = try TestSite().serve()
    let port = closed.port
    closed.stop()
    #expect(
      failure(try fetch(one: "http://127.0.0.1:\(port)/a", once))?.reason == .connection)
    #expect(failure(try fetch(one: "https://127.0.0.1:\(server.port)/a", once))?.reason == .tls)
    // On a handle that was in use before, which remembers.
    let url = server.url("/status/404")
    let results = try fetch([url, "http://127.0.0.1:99999/a"], settings { $0.concurrency = 1 })
    #expect(results.map { failure($0)?.reason } == [.httpError, .malformedURL])
    #expect(results[1].status == nil && results[1].contentType == nil)
    #expect(results[1].finalURL == nil && results[1].seconds == 0)
  }

  @Test func theServerLearnsWhoAsksAndNoPasswords() throws {
    #expect(try fetch(one: "/agent").result.get() == SHA256Digest(of: site.image(7)))
    let named = try fetch(one: "http://user:secret@127.0.0.1:\(server.port)/image/3")
    #expect(named.finalURL == server.url("/image/3"))
    let redirected = try fetch(one: "/to?http://u:p@127.0.0.1:\(server.port)/agent")
    #expect(redirected.finalURL == server.url("/agent"))
    #expect(redirected.status == 200)
  }

  @Test func aHostThatOnlyFailsIsGivenUp() throws {
    let urls = (0..<60).map { server.url("/status/503?\($0)") } + [server.url("/image/1")]
    var hosts: [FetchedHost] = []
    let results = try fetch(
      urls,
      settings {
        $0.concurrency = 4
        $0.retries.tries = 2
        $0.retries.hostFailures = 5
        $0.retries.firstDelay = 0.001
      }, givenUp: { hosts.append($0) })
    #expect(hosts.map { server.url("/") == "http://\($0.name)/" } == [true])
    #expect(hosts.first?.lastFailure == RowFailure(.httpError, "HTTP status 503"))
    #expect(results.count == 61)
    #expect(results.allSatisfy { failure($0)?.reason == .httpError && $0.status == 503 })
    let asked = results.filter { $0.tries > 0 }
    #expect((5..<50).contains(asked.count), "\(asked.count)")
    #expect(
      failure(results[60])?.detail
        == "not asked for, after 5 URLs of its host failed in a row: HTTP status 503")
    // Failures that say nothing of other URLs do not count.
    let gone = try fetch(
      (0..<30).map { server.url("/status/404?\($0)") },
      settings { $0.retries.hostFailures = 5 })
    #expect(gone.allSatisfy { $0.tries == 1 })
  }

  @Test func manyURLsAreFetchedOnceEach() throws {
    let urls = (0..<600).map { server.url("/image/\($0)") }
    let results = try fetch(urls, settings(), page: 50)
    #expect(results.map(\.id) == Array(0..<600))
    for (number, fetched) in results.enumerated() {
      #expect(fetched.finalURL == urls[number])
      #expect(try fetched.result.get() == SHA256Digest(of: site.image(number)))
    }
    #expect(server.requests.values.allSatisfy { $0 == 1 })
    #expect(server.requests.count == 600)
  }

  @Test func anErrorOfTheReceiverStopsTheRun() throws {
    struct Stop: Error {}
    let store = ContentStore(folder: folder.file("images"))
    try store.prepare()
    let fetcher = Fetcher(settings(), into: store, seed: 1, clock: { 0 })
    var given = false
    let url = server.url("/image/1")
    #expect(throws: Stop.self) {
      try fetcher.run { _ in
        defer { given = true }
        return given ? [] : [FetchRequest(id: 1, url: url)]
      } finished: { _ in
        throw Stop()
      }
    }
  }
}
