import Audit
import Foundation
import Testing

@testable import Inspector

/// Starting, stopping and clients that take their time.
@Suite struct ServerTests {
  private func server(
    _ fixture: InspectorFixture, _ address: ListeningAddress
  ) throws -> InspectorServer {
    let index = try InspectionIndex(
      of: fixture.audit, at: fixture.folder.file("inspect.sqlite"),
      now: { Date(timeIntervalSince1970: 0) }, progress: { _, _ in })
    return try InspectorServer(
      InspectorConfiguration(
        workspace: fixture.folder.path, address: address, reviewer: "me", token: "t",
        now: { Date(timeIntervalSince1970: 0) }, writer: { nil }),
      audit: fixture.audit, index: index)
  }

  @Test func aPortInUseIsNamed() async throws {
    let fixture = try await InspectorFixture()
    let port = UInt16(fixture.port)
    let second = try server(fixture, ListeningAddress(host: "127.0.0.1", port: port))
    await #expect(throws: InspectorError.portInUse(host: "127.0.0.1", port: port)) {
      try await second.run()
    }
    #expect(
      "\(InspectorError.portInUse(host: "127.0.0.1", port: 8080))"
        == "port 8080 of 127.0.0.1 is in use; name another with --port, or --port 0 for any free"
        + " one")
  }

  @Test func hostsThatLeadNowhereAreNamed() async throws {
    let fixture = try await InspectorFixture()
    #expect(throws: InspectorError.self) {
      try server(fixture, ListeningAddress(host: "no.such.host.invalid", port: 0))
    }
    let elsewhere = try server(fixture, ListeningAddress(host: "192.0.2.1", port: 0))
    await #expect(
      throws: InspectorError.address(
        host: "192.0.2.1", problem: "is no address of this machine")
    ) {
      try await elsewhere.run()
    }
  }

  @Test func stoppingEndsTheRun() async throws {
    let fixture = try await InspectorFixture()
    let second = try server(fixture, ListeningAddress(host: "localhost", port: 0))
    let running = Task { try await second.run() }
    let address = try await second.address()
    #expect(address.hasPrefix("http://localhost:"))
    await second.stop()
    try await running.value
    await #expect(throws: (any Error).self) {
      let port = Int(address.dropLast().split(separator: ":").last ?? "") ?? 0
      _ = try await HTTPAnswer(
        port: port, method: "GET", target: "/", headers: ["Host": "localhost"])
    }
  }

  @Test func silentConnectionsAreClosed() async throws {
    let fixture = try await InspectorFixture(idleLimit: .milliseconds(200))
    let began = ContinuousClock.now
    // Half a request, and then nothing: without a limit this would wait for the client's own 20 s.
    await #expect(throws: (any Error).self) {
      _ = try await HTTPAnswer(
        port: fixture.port, bytes: Array("GET / HTTP/1.1\r\nHost: 127.0".utf8))
    }
    #expect(ContinuousClock.now - began < .seconds(10))
    #expect(try await fixture.get("/").status == 200)
  }

  @Test func manyRequestsAtOnceAreAllAnswered() async throws {
    let fixture = try await InspectorFixture()
    let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<40 {
        group.addTask {
          try await fixture.get(
            number.isMultiple(of: 2) ? "/api/v1/pairs" : "/api/v1/pairs/1/thumbnail"
          )
          .status
        }
      }
      return try await group.reduce(into: [Int]()) { $0.append($1) }
    }
    #expect(statuses == [Int](repeating: 200, count: 40))
  }

  @Test func tokensAreLongAndEachIsNew() {
    var generator = SystemRandomNumberGenerator()
    let tokens = (0..<20).map { _ in InspectorConfiguration.token(using: &generator) }
    #expect(Set(tokens).count == 20)
    #expect(tokens.allSatisfy { $0.utf8.count == 64 })
  }

  @Test func commandsOnTheWorkspaceCanBeTyped() {
    func command(_ workspace: String) -> String {
      InspectorConfiguration(
        workspace: workspace, address: ListeningAddress(host: "::1", port: 0), reviewer: "me",
        token: "t", now: { Date(timeIntervalSince1970: 0) }, writer: { nil }
      ).command("winnow-purify", "--threshold", "0.5")
    }
    #expect(command("/a/b-1") == "winnow-purify --workspace /a/b-1 --threshold 0.5")
    #expect(
      command("/it's $HOME") == #"winnow-purify --workspace '/it'\''s $HOME' --threshold 0.5"#)
  }
}
