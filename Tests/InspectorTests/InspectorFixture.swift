import Audit
import Foundation
import Pairs
import TestSupport

@testable import Inspector

/// A workspace of hostile and harmless pairs, and a server of it on a free port of 127.0.0.1.
final class InspectorFixture: Sendable {
  static let token = String(repeating: "ab", count: 32)
  /// A GIF of one pixel.
  static let gif: [UInt8] =
    Array("GIF89a".utf8) + [1, 0, 1, 0, 0x80, 0, 0, 255, 0, 0, 0, 0, 0, 0x2C, 0, 0, 0, 0, 1, 0, 1]
    + [0, 0, 2, 2, 0x44, 1, 0, 0x3B]

  let folder: ScratchFolder
  let audit: AuditDatabase
  let server: InspectorServer
  let port: Int
  private let running: Task<Void, any Error>

  /// - Parameters:
  ///   - manifest: Lines of captions and image paths; `pictures` are those that exist.
  ///   - scores: Similarities of the first pairs, decided at 0.5.
  init(
    manifest: String = InspectorFixture.manifest, scores: [Double] = [0.9, 0.2, 0.45, 0.55],
    allowedHosts: [String] = [], writer: String? = nil, idleLimit: Duration = .seconds(30)
  ) async throws {
    folder = try ScratchFolder()
    try folder.write(Self.gif, to: "dog.gif")
    try folder.write(Array("<html><script>alert(1)</script>".utf8), to: "page.jpg")
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link.gif"), withDestinationPath: "/etc/hostname")
    let path = folder.file("audit.sqlite")
    let writing = try AuditDatabase(at: path, access: .creating)
    try Self.fill(writing, manifest: manifest, scores: scores, folder: folder)
    try writing.close()
    audit = try AuditDatabase(at: path, access: .reading)
    let index = try InspectionIndex(
      of: audit, at: folder.file("inspect.sqlite"), now: { Date(timeIntervalSince1970: 0) },
      progress: { _, _ in })
    let configuration = InspectorConfiguration(
      workspace: folder.path, address: ListeningAddress(host: "127.0.0.1", port: 0),
      allowedHosts: allowedHosts, reviewer: "me <b>", labelCount: 3, labelSeed: 7,
      token: Self.token, now: { Date(timeIntervalSince1970: 1_000_000) }, writer: { writer })
    let server = try InspectorServer(
      configuration, audit: audit, index: index, idleLimit: idleLimit)
    self.server = server
    running = Task { try await server.run() }
    let address = try await server.address()
    port = Int(address.dropLast().split(separator: ":").last ?? "") ?? 0
  }

  deinit { running.cancel() }

  /// What a page of a browser sends with a request.
  func get(_ target: String, headers: [String: String] = [:]) async throws -> HTTPAnswer {
    try await HTTPAnswer(
      port: port, method: "GET", target: target,
      headers: ["Host": "127.0.0.1:\(port)"].merging(headers) { $1 })
  }

  /// A change as the pages ask for it; nil leaves a header out.
  func post(
    _ target: String, _ body: String = "{}", headers: [String: String?] = [:]
  ) async throws -> HTTPAnswer {
    let usual: [String: String?] = [
      "Host": "127.0.0.1:\(port)", "Origin": "http://127.0.0.1:\(port)",
      "Content-Type": "application/json", "Winnow-Token": Self.token,
    ]
    return try await HTTPAnswer(
      port: port, method: "POST", target: target,
      headers: usual.merging(headers) { $1 }.compactMapValues(\.self), body: Array(body.utf8))
  }

  static let manifest = """
    a dog runs on the beach\tdog.gif
    <script>alert(1)</script> a cat\tdog.gif
    a \u{202E}detrevni\u{202C} bird\tlink.gif
    \(String(repeating: "long ", count: 10_000))\tpage.jpg
    another dog\thttp://example.org/dog.jpg
    leads out\t../../etc/passwd
    broken

    """

  private static func fill(
    _ database: AuditDatabase, manifest: String, scores: [Double], folder: ScratchFolder
  ) throws {
    func request(_ command: String) -> RunRequest {
      RunRequest(
        command: command, configuration: "{}", programVersion: "test", seed: nil,
        startedAt: Date(timeIntervalSince1970: 0))
    }
    let path = try folder.write(Array(manifest.utf8), to: "m.tsv")
    let ingest = try database.beginRun(request("ingest"))
    let source = try database.beginSource(
      SourceDescription(
        path: path, role: .train, columns: .captionURL, imageRoot: folder.path,
        sha256: SHA256Digest(ofFileAt: path).description), run: ingest)
    let root = try ImageRoot(folder: folder.path)
    let lines = try TSVManifestReader(path: path).nextBatch(upTo: 10_000).map { row in
      if let failure = row.failure { return IngestLine(row: row, failure: failure) }
      let url = row.fields?.url ?? ""
      if case .refused(let failure) = root.location(of: url) {
        return IngestLine(row: row, failure: failure)
      }
      return IngestLine(
        row: row, location: LocationIdentity(resolved: url, isRemote: url.hasPrefix("http")))
    }
    var batch: AuditDatabase.LineBatch? = AuditDatabase.LineBatch(
      lines: lines,
      read: AuditDatabase.LinesRead(count: lines.count, endOffset: lines.last?.row.endOffset),
      isLast: true)
    _ = try database.ingest(into: source, run: ingest, at: Date(timeIntervalSince1970: 0)) {
      defer { batch = nil }
      return batch
    }
    try database.finishRun(ingest, at: Date(timeIntervalSince1970: 1))
    guard !scores.isEmpty else { return }
    try decide(database, scores: scores, request: request)
  }

  private static func decide(
    _ database: AuditDatabase, scores: [Double], request: (String) -> RunRequest
  ) throws {
    let model = try database.modelID(named: "test")
    let score = try database.beginRun(request("score"))
    try database.store(
      scores.enumerated().map {
        PairScore(pairID: Int64($0.offset + 1), similarityA: $0.element, similarityB: $0.element)
      }, model: model, run: score)
    try database.publishScores(ofModel: model)
    try database.finishRun(score, at: Date(timeIntervalSince1970: 2))
    let purify = try database.beginRun(request("purify"))
    let mixture = #"{"alpha":5,"beta":2}"#
    _ = try database.beginDecisions(
      DecisionRule(
        model: model, name: "threshold", threshold: 0.5,
        parameters: #"{"mixtures":[{"mismatched":{"alpha":2,"beta":5},"matched":\#(mixture),"#
          + #""matched_share":0.5,"origin":"refined"}]}"#), run: purify)
    try database.store(
      scores.enumerated().map { offset, score in
        PairDecision(
          pairID: Int64(offset + 1), isKept: score > 0.5,
          reason: score > 0.5 ? .matched : .mismatch,
          cleanProbability: score)
      }, run: purify)
    try database.publishDecisions(ofRun: purify)
    try database.finishRun(purify, at: Date(timeIntervalSince1970: 3))
  }
}
