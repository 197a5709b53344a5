import Foundation
import Testing

@testable import Inspector

/// Who is answered, and with what the browser is told to be careful.
@Suite struct RequestGuardTests {
  @Test func everyAnswerCarriesTheSecurityHeaders() async throws {
    let fixture = try await InspectorFixture()
    for target in [
      "/", "/gallery", "/pairs/1", "/assets/style.css", "/assets/gallery.js", "/api/v1/state",
      "/api/v1/pairs", "/api/v1/pairs/1/image", "/api/v1/pairs/999", "/no/such/page",
      "/api/v1/pairs?sort=x",
    ] {
      let answer = try await fixture.get(target)
      let policy = answer.headers["content-security-policy"] ?? ""
      #expect(
        policy.hasPrefix(
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src"
            + " 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"), "\(target)")
      #expect(answer.headers["x-content-type-options"] == "nosniff", "\(target)")
      #expect(answer.headers["referrer-policy"] == "no-referrer", "\(target)")
      #expect(answer.headers["cross-origin-resource-policy"] == "same-origin", "\(target)")
      #expect(answer.headers["cache-control"] != nil, "\(target)")
    }
  }

  @Test(arguments: [
    ("127.0.0.1", 200), ("127.0.0.1:1", 200), ("localhost:8080", 200), ("[::1]:8080", 200),
    ("LOCALHOST", 200), ("inspect.example", 200), ("evil.example", 421),
    ("evil.example:8080", 421), ("127.0.0.1.evil.example", 421), ("127.0.0.1:80:80", 421),
    ("192.168.0.7", 421), ("", 421), ("localhost.", 421), ("127.0.0.1@evil.example", 421),
  ])
  func onlyItsOwnNamesAreAnswered(host: String, status: Int) async throws {
    let fixture = try await InspectorFixture(allowedHosts: ["Inspect.Example"])
    #expect(try await fixture.get("/api/v1/state", headers: ["Host": host]).status == status)
    #expect(try await fixture.get("/", headers: ["Host": host]).status == status)
  }

  @Test func numbersAreTakenWhereAllAddressesAreListenedOn() {
    let hosts = AllowedHosts(listeningOn: ListeningAddress(host: "0.0.0.0", port: 80))
    #expect(
      hosts.contains("192.168.0.7:80") && hosts.contains("[fe80::1]") && hosts.contains("[::1]"))
    #expect(!hosts.contains("evil.example") && !hosts.contains("1.2.3.4.evil.example"))
    #expect(!hosts.contains(nil) && !hosts.contains("[::1") && !hosts.contains("[::1]x"))
  }

  @Test func aRequestWithoutAHostIsRefused() async throws {
    let fixture = try await InspectorFixture()
    let answer = try await HTTPAnswer(
      port: fixture.port, bytes: Array("GET / HTTP/1.1\r\nConnection: close\r\n\r\n".utf8))
    #expect(answer.status == 421)
  }

  @Test func otherSitesCanLinkToPagesAndNothingElse() async throws {
    let fixture = try await InspectorFixture()
    let navigation = ["Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"]
    #expect(try await fixture.get("/gallery", headers: navigation).status == 200)
    for site in ["cross-site", "same-site", "nonsense"] {
      let embedded = ["Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"]
      #expect(try await fixture.get("/api/v1/pairs", headers: embedded).status == 403)
      #expect(try await fixture.get("/api/v1/pairs/1/image", headers: embedded).status == 403)
    }
    let own = ["Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"]
    #expect(try await fixture.get("/api/v1/pairs", headers: own).status == 200)
  }

  @Test func changesNeedTokenOriginAndJSON() async throws {
    let fixture = try await InspectorFixture()
    let body = #"{"verdict":"kept"}"#
    let wrong: [[String: String?]] = [
      ["Winnow-Token": nil], ["Winnow-Token": ""],
      ["Winnow-Token": String(InspectorFixture.token.dropLast()) + "0"],
      ["Origin": nil], ["Origin": "null"], ["Origin": "http://evil.example"],
      ["Origin": "http://127.0.0.1:1"], ["Sec-Fetch-Site": "cross-site"],
      ["Sec-Fetch-Site": "same-site"],
    ]
    for headers in wrong {
      let answer = try await fixture.post("/api/v1/pairs/2/review", body, headers: headers)
      #expect(answer.status == 403, "\(headers)")
    }
    let form: [String: String?] = ["Content-Type": "text/plain"]
    #expect(try await fixture.post("/api/v1/pairs/2/review", body, headers: form).status == 415)
    #expect(try await fixture.get("/api/v1/pairs/2/review").status == 404)
    #expect(try fixture.audit.reviews(ofPair: 2) == [])
    #expect(try await fixture.post("/api/v1/pairs/2/review", body).status == 200)
    #expect(try fixture.audit.reviews(ofPair: 2).count == 1)
  }

  @Test func otherMethodsAreRefused() async throws {
    let fixture = try await InspectorFixture()
    for method in ["PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"] {
      let answer = try await HTTPAnswer(
        port: fixture.port, method: method, target: "/api/v1/pairs",
        headers: ["Host": "127.0.0.1"])
      #expect(answer.status == 405, "\(method)")
      #expect(answer.headers["allow"] == "GET, HEAD, POST")
    }
    let head = try await HTTPAnswer(
      port: fixture.port, method: "HEAD", target: "/gallery", headers: ["Host": "127.0.0.1"])
    #expect(head.status == 200 && head.body.isEmpty)
    #expect(Int(head.headers["content-length"] ?? "") ?? 0 > 500)
  }

  @Test func largeBodiesEndTheConnection() async throws {
    let fixture = try await InspectorFixture()
    // What follows the first request would be a second one, with a host of the sender's choice.
    let inner = "GET /api/v1/state HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    let filling = String(repeating: inner, count: 1 + (RequestGuard.bodyLimit / inner.utf8.count))
    let answer = try await HTTPAnswer(
      port: fixture.port,
      bytes: Array(
        ("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: \(filling.utf8.count)\r\n\r\n"
          + filling).utf8))
    #expect(answer.status == 413)
    #expect(answer.headers["connection"] == "close")
    #expect(!answer.text.contains("HTTP/1.1"))
    let chunked = try await HTTPAnswer(
      port: fixture.port,
      bytes: Array(
        ("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
          + "0\r\n\r\n" + inner).utf8))
    #expect(chunked.status == 411)
    #expect(!chunked.text.contains("HTTP/1.1"))
  }

  @Test func addressesThatAreTooLongAreRefused() async throws {
    let fixture = try await InspectorFixture()
    let long = String(repeating: "a", count: 9000)
    #expect(try await fixture.get("/api/v1/pairs?search=\(long)").status == 414)
  }
}
