import Audit
import Foundation
import Pairs
import TestServer
import TestSupport
import Testing

@testable import Stages

@Suite struct FetchStageTests {
  private struct Killed: Error {}

  private let stages: StageFixture
  private let site: TestSite
  private let server: LocalServer

  init() throws {
    stages = try StageFixture()
    site = try TestSite()
    server = try site.serve()
  }

  /// Settings under which nothing takes long.
  private func configuration(
    _ change: (inout FetchConfiguration) -> Void = { _ in }
  ) -> FetchConfiguration {
    var configuration = FetchConfiguration()
    configuration.allowsPrivateAddresses = true
    configuration.perHost = 64
    configuration.maximumMegabytes = 2
    configuration.maximumSeconds = 2
    configuration.retryDelay = 0.01
    change(&configuration)
    return configuration
  }

  private func ingest(_ urls: [String], into stages: StageFixture, name: String = "m.tsv") throws {
    let lines = urls.enumerated().map { "caption \($0)\t\($1)\n" }.joined()
    let input = try stages.manifest(Array(lines.utf8), name: name)
    try stages.perform(IngestStage(IngestConfiguration(inputs: [input])))
  }

  /// The reason of each pair in order, `-` without one.
  private func reasons(_ stages: StageFixture) throws -> [String] {
    let database = try stages.workspace.openDatabase(.reading)
    return try database.outcomes(roles: [.train], limit: 100_000).map { $0.reason?.rawValue ?? "-" }
  }

  @Test func everyURLEndsInOneStateAndNothingIsLost() throws {
    let expected: [(path: String, reason: String)] = [
      ("/image/1", "-"), ("/redirect/3", "-"), ("/loop", "redirect_limit"),
      ("/status/404", "http_error"), ("/status/410", "http_error"), ("/later/1", "-"),
      ("/flaky/1", "-"), ("/stall", "timeout"), ("/drip", "timeout"), ("/short", "connection"),
      ("/huge", "too_large"), ("/bomb", "too_large"), ("/page.jpg", "not_an_image"),
      ("/robots/noimageai", "opted_out"), ("/image/1", "-"), ("/compressed", "-"),
    ]
    let others = [
      "http://nowhere.invalid/x.jpg", "http://127.0.0.1/\u{1}", "http://127.0.0.1:\(server.port) /",
      "gopher://x/y", "local.jpg",
    ]
    try ingest(expected.map { server.url($0.path) } + others, into: stages)
    let summary = try stages.perform(FetchStage(configuration { $0.tries = 3 }))
    #expect(
      try reasons(stages) == expected.map(\.reason) + [
        "dns", "malformed_url", "malformed_url", "unsupported_url", "-",
      ])
    #expect(summary.urls == 16)
    #expect(summary.fetched == 5 && summary.failed["http_error"] == 2)
    #expect(summary.failed.values.reduce(0, +) == 11 && summary.failedInAll == 11)
    // The same URL in two rows is asked for once.
    #expect(server.requests["/image/1"] == 1)
    // The same command has nothing to do.
    let again = try stages.perform(FetchStage(configuration { $0.tries = 3 }))
    #expect(again.settled == 0 && again.knownURLs == 16)
    #expect(server.requests["/status/404"] == 1)
  }

  @Test func fetchedImagesAreFeaturizedWithTheLocalOnes() throws {
    let fixture = try FeaturizeFixture()
    try fixture.stages.folder.write(site.image(3), to: "local.jpg")
    try ingest(
      [server.url("/image/1"), "local.jpg", server.url("/status/404"), server.url("/image/2")],
      into: fixture.stages)
    // Before fetching, only the local one is here.
    try fixture.stages.perform(fixture.stage())
    #expect(try fixture.featurized().map(\.pairID) == [2])
    #expect(try reasons(fixture.stages) == ["not_fetched", "-", "not_fetched", "not_fetched"])
    try fixture.stages.perform(FetchStage(configuration()))
    let summary = try fixture.stages.perform(fixture.stage())
    #expect(summary.featurized == 2 && summary.knownImages == 1)
    #expect(try fixture.featurized().map(\.pairID) == [1, 2, 4])
    #expect(try reasons(fixture.stages) == ["-", "-", "http_error", "-"])
    let status = try StatusReport(of: fixture.workspace)
    #expect((status.urls, status.urlsFetched, status.urlsFailed) == (3, 2, 1))
    #expect((status.images, status.imagesDone) == (3, 3))
    // Features made anew do not need the web.
    server.stop()
    try fixture.stages.perform(fixture.stage(), restarts: true)
    #expect(try fixture.featurized().map(\.pairID) == [1, 2, 4])
    #expect(try reasons(fixture.stages) == ["-", "-", "http_error", "-"])
  }

  @Test func aKilledFetchGoesOnWithoutAskingTwiceForWhatItHas() throws {
    let urls = (0..<1300).map { server.url($0 % 10 == 3 ? "/status/404?\($0)" : "/image/\($0)") }
    try ingest(urls, into: stages)
    let killed = FetchStage(configuration(), afterBatch: { throw Killed() })
    #expect(throws: Killed.self) { try stages.perform(killed) }
    let database = try stages.workspace.openDatabase(.reading)
    let before = try database.fetchProgress()
    #expect(before.fetched + before.failed == 512)
    #expect(try database.runs().filter { $0.command == "fetch" }.count == 1)
    let recorded = Set(urls).subtracting(
      try database.pendingFetches(limit: 10_000).map(\.url))
    let requested = server.requests
    try stages.perform(FetchStage(configuration()))
    for url in recorded {
      let path = String(url.dropFirst(server.url("").count))
      #expect(server.requests[path] == requested[path], "\(path) was asked for again")
    }
    #expect(server.requests.values.allSatisfy { $0 <= 2 })
    #expect(
      try reasons(stages) == urls.map { $0.contains("/status/") ? "http_error" : "-" })
    let runs = try database.runs().filter { $0.command == "fetch" }
    #expect(runs.map(\.counts) == [["ok": 1170, "http_error": 130]])
    #expect(runs.allSatisfy { $0.endedAt != nil })
  }

  @Test func failedURLsAreTriedAgainOnlyWhenAsked() throws {
    try ingest(["/flaky/1", "/image/1", "/status/404"].map { server.url($0) }, into: stages)
    try stages.perform(FetchStage(configuration { $0.tries = 1 }))
    #expect(try reasons(stages) == ["http_error", "-", "http_error"])
    let summary = try stages.perform(
      FetchStage(
        configuration {
          $0.tries = 2; $0.retriesFailed = true
        }))
    #expect(summary.fetched == 1 && summary.failed == ["http_error": 1])
    #expect(summary.knownURLs == 1 && summary.retries == 1)
    #expect(try reasons(stages) == ["-", "-", "http_error"])
    #expect(server.requests == ["/flaky/1": 3, "/image/1": 1, "/status/404": 2])
    // URLs that came later are not failed ones.
    try ingest([server.url("/image/9")], into: stages, name: "n.tsv")
    try stages.perform(FetchStage(configuration { $0.retriesFailed = true }))
    #expect(server.requests["/image/9"] == nil)
    try stages.perform(FetchStage(configuration()), restarts: true)
    #expect(server.requests["/image/9"] == 1 && server.requests["/image/1"] == 2)
  }

  @Test func privateAddressesAreRefusedUnlessAllowed() throws {
    try ingest([server.url("/image/1")], into: stages)
    try stages.perform(FetchStage(configuration { $0.allowsPrivateAddresses = false }))
    #expect(try reasons(stages) == ["blocked_address"])
    #expect(server.requests == [:])
  }

  @Test func aFullDiskStopsTheRunAndTheNextGoesOn() throws {
    try ingest([server.url("/image/1"), server.url("/image/2")], into: stages)
    // A file where the folder should be.
    try stages.folder.write([1], to: "run/images")
    #expect(throws: (any Error).self) { try stages.perform(FetchStage(configuration())) }
    #expect(try reasons(stages) == ["not_fetched", "not_fetched"])
    try FileManager.default.removeItem(atPath: stages.workspace.imagesPath)
    try stages.perform(FetchStage(configuration()))
    #expect(try reasons(stages) == ["-", "-"])
  }

  @Test func impossibleValuesAreRefused() {
    for (key, change) in [
      ("concurrency", { $0.concurrency = 0 }), ("per-host", { $0.perHost = 0 }),
      ("tries", { $0.tries = 0 }), ("host-delay", { $0.hostDelay = -1 }),
      ("host-delay", { $0.hostDelay = .nan }), ("max-megabytes", { $0.maximumMegabytes = 0 }),
      ("user-agent", { $0.userAgent = "a\r\nX: y" }),
    ] as [(String, (inout FetchConfiguration) -> Void)] {
      let error = #expect(throws: StagesError.self) { try configuration(change).validate() }
      guard case .configuration("fetch", key, _)? = error else {
        Issue.record("\(key): \(String(describing: error))")
        continue
      }
    }
  }
}
