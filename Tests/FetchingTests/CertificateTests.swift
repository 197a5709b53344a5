import Foundation
import Glibc
import Pairs
import TestServer
import TestSupport
import Testing

@testable import Fetching

/// Against openssl's own server, with a certificate that nobody vouches for.
@Suite struct CertificateTests {
  private let folder: ScratchFolder

  init() throws {
    folder = try ScratchFolder()
  }

  private func openssl(_ arguments: String...) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  private func fetch(_ url: String, certificates: String?) throws -> FetchedURL {
    var settings = FetchSettings(userAgent: "winnow/test")
    settings.addresses = .any
    settings.certificates = certificates
    settings.totalSeconds = 5
    settings.retries.firstDelay = 0.1
    settings.retries.tries = 8
    let store = ContentStore(folder: folder.file("images"))
    try store.prepare()
    let start = ContinuousClock.now
    let fetcher = Fetcher(
      settings, into: store, seed: 1,
      clock: { Double((ContinuousClock.now - start) / .milliseconds(1)) / 1000 })
    var requests = [FetchRequest(id: 1, url: url)]
    var results: [FetchedURL] = []
    try fetcher.run { _ in
      defer { requests = [] }
      return requests
    } finished: {
      results.append($0)
    }
    return try #require(results.first)
  }

  @Test func onlyCertificatesThatHoldAreAccepted() throws {
    let picture = try TestSite().image(1)
    try folder.write(picture, to: "a.jpg")
    let make = try openssl(
      "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem",
      "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1")
    make.waitUntilExit()
    try #require(make.terminationStatus == 0)
    // A port that was free a moment ago.
    let probe = try TestSite().serve()
    let port = probe.port
    probe.stop()
    let server = try openssl(
      "s_server", "-accept", "127.0.0.1:\(port)", "-cert", "cert.pem", "-key", "key.pem", "-WWW",
      "-quiet")
    defer { kill(server.processIdentifier, SIGTERM) }
    let url = "https://127.0.0.1:\(port)/a.jpg"
    let trusted = try fetch(url, certificates: folder.file("cert.pem"))
    #expect(try trusted.result.get() == SHA256Digest(of: picture))
    for (url, certificates) in [
      (url, nil), ("https://localhost:\(port)/a.jpg", folder.file("cert.pem")),
    ] {
      guard case .failure(let thrown) = try fetch(url, certificates: certificates).result else {
        Issue.record("\(url) was accepted")
        continue
      }
      #expect(thrown.failure.reason == .tls, "\(thrown.failure)")
    }
  }
}
