import Foundation
import GRDB
import Pairs
import Synchronization
import TestSupport

@testable import Audit

/// Audits of the shards of one manifest, with everything in them that can differ between shards and
/// still be united.
struct MergeFixture {
  let folder: ScratchFolder
  let count: Int

  /// Repeats, malformed lines, pictures that several lines and shards share, web addresses.
  static let manifest: [UInt8] = {
    var text = ""
    for index in 0..<60 { text += "caption \(index)\thttps://example.org/\(index % 23).jpg\n" }
    text += "no tab\nno tab\nnul \u{0} inside\tlocal/nul.jpg\r\n\tempty.jpg\n"
    text += "caption 3\thttps://example.org/3.jpg\ncaption 3\thttps://example.org/3.jpg\n"
    for index in 0..<12 { text += "on the disk \(index)\tlocal/\(index % 5).jpg\n" }
    return Array(text.utf8) + Array("last\tlocal/last.jpg".utf8)
  }()

  static let trusted = Array(
    (0..<6).map { "trusted \($0)\thttps://example.org/\($0).jpg\n" }.joined().utf8)

  /// - Parameter count: How many shards.
  init(count: Int = 3) throws {
    folder = try ScratchFolder()
    self.count = count
    try folder.write(Self.manifest, to: "m.tsv")
    try folder.write(Self.trusted, to: "a-trusted.tsv")
  }

  func path(_ shard: Int) -> String { folder.file("shard-\(shard)") }

  /// Makes a shard's audit.
  ///
  /// - Parameter isTrusted: Whether the trusted manifest is ingested before the shard's lines; of the
  ///   shards some do it before and some after, so their numbers differ.
  func make(
    _ shard: Int, model: String = "m", shift: Double = 0, isDecided: Bool = true
  ) throws -> AuditDatabase {
    let database = try AuditDatabase(at: path(shard), access: .creating)
    let manifests: [(String, PairRole)] = [("a-trusted.tsv", .meta), ("m.tsv", .train)]
    for (name, role) in shard.isMultiple(of: 2) ? manifests : manifests.reversed() {
      try ingest(name, role, shard, into: database)
    }
    try fetch(shard, in: database)
    try look(shard, in: database)
    try score(shard, model, shift, in: database)
    if isDecided { try decide(in: database) }
    try review(shard, in: database)
    return database
  }

  /// Shards by their names.
  func all() throws -> [(name: String, database: AuditDatabase)] {
    try (0..<count).map { ("shard-\($0)", try make($0)) }
  }

  private func date(_ shard: Int, _ minute: Int) -> Date {
    Date(timeIntervalSince1970: Double(minute * 60 + shard))
  }

  private func run(
    _ command: String, _ shard: Int, _ configuration: String = "{}", in database: AuditDatabase
  ) throws -> Int64 {
    // Each transaction takes another time, no sum of which is exact in binary.
    let seconds = Mutex(0.0)
    return try database.beginRun(
      RunRequest(
        command: command, configuration: configuration, programVersion: "test", seed: nil,
        startedAt: date(shard, command.count), unit: "rows"),
      measuring: RunMeasurement(uptime: {
        seconds.withLock { seconds in
          seconds += 0.1 + Double(shard) * 0.7
          return seconds
        }
      }))
  }

  private func ingest(
    _ name: String, _ role: PairRole, _ shard: Int, into database: AuditDatabase
  ) throws {
    let shards = role == .train ? ManifestShards([shard], of: count) : nil
    let configuration = "{\"input\":\"\(name)\",\"shard\":\"\(shards?.description ?? "")\"}"
    let run = try run("ingest", shard, configuration, in: database)
    let source = try database.beginSource(
      SourceDescription(
        path: folder.file(name), role: role, columns: .captionURL, imageRoot: folder.path,
        sha256: SHA256Digest(ofFileAt: folder.file(name)).description, shards: shards), run: run)
    let rows = try TSVManifestReader(path: folder.file(name)).nextBatch(upTo: 1_000)
    let lines = rows.filter { shards?.holds($0.key) ?? true }.map { row in
      if let failure = row.failure { return IngestLine(row: row, failure: failure) }
      let url = row.fields?.url ?? ""
      return IngestLine(
        row: row, location: LocationIdentity(resolved: url, isRemote: url.hasPrefix("http")))
    }
    _ = try database.ingest(
      lines, into: source,
      reading: AuditDatabase.LinesRead(count: rows.count, endOffset: rows.last?.endOffset),
      isLast: true, run: run, at: date(shard, 0))
    try database.finishRun(run, at: date(shard, 10))
  }

  /// Two URLs give each shard something else, one is gone for one of them, one is not fetched by one.
  private func fetch(_ shard: Int, in database: AuditDatabase) throws {
    let run = try run("fetch", shard, in: database)
    let records = try database.pendingFetches(limit: 1_000).compactMap { fetch -> FetchRecord? in
      let differs = fetch.url.hasSuffix("/7.jpg") || fetch.url.hasSuffix("/2.jpg")
      if fetch.url.hasSuffix("/11.jpg"), shard == 0 { return nil }
      let isGone = fetch.url.hasSuffix("/5.jpg") && shard == 1 || fetch.url.hasSuffix("/9.jpg")
      let content = SHA256Digest(of: (fetch.url + (differs ? "\(shard)" : "")).utf8)
      let gone = RowFailure.Thrown(failure: RowFailure(.httpError, "gone"))
      return FetchRecord(
        locationID: fetch.locationID, result: isGone ? .failure(gone) : .success(content),
        status: isGone ? 404 : 200, finalURL: nil, contentType: "image/jpeg",
        bytes: isGone ? nil : 1000, seconds: Double(shard) + 0.25, tries: 1 + shard)
    }
    try database.record(records, run: run, at: date(shard, 20))
    try database.finishRun(run, at: date(shard, 30))
  }

  private func look(_ shard: Int, in database: AuditDatabase) throws {
    let run = try run("featurize", shard, in: database)
    var row = 0
    var known: Set<SHA256Digest> = []
    for image in try database.pendingImages(limit: 1_000) {
      let digest = image.fetched ?? SHA256Digest(of: image.url.utf8)
      let content = ImageContent(
        digest: digest, format: "jpeg", width: 64, height: 48,
        look: .hash(digest.bytes.reduce(1) { $0 &* 31 &+ UInt64($1) }))
      let result: ImageOutcome.Result
      if image.url == "local/1.jpg" {
        result = .unavailable(RowFailure(.missingImage, "no file"))
      } else if image.url == "local/2.jpg" {
        result = .unusable(content, RowFailure(.corruptImage, "odd"))
      } else if let stored = try database.image(with: digest), known.contains(digest) {
        result = .known(imageID: stored.id)
      } else {
        result = .featurized(content, FeatureAddress(shard: 0, row: row))
        known.insert(digest)
        row += 1
      }
      try database.record([ImageOutcome(locationID: image.locationID, result: result)], run: run)
    }
    try database.finishRun(run, at: date(shard, 40))
  }

  private func score(
    _ shard: Int, _ model: String, _ shift: Double, in database: AuditDatabase
  ) throws {
    let run = try run("score", shard, in: database)
    let id = try database.modelID(named: "an older one")
    let current = try database.modelID(named: model)
    let pairs = try database.featurizedPairs(roles: Set(PairRole.allCases), limit: 1_000)
    for model in [id, current] {
      try database.store(
        pairs.map { pair in
          let similarity = Double(pair.key.low % 1000) / 1000
          // Trusted pairs are scored in every shard, in other batches.
          let noise = pair.role == .train ? 0 : Double(2 - shard) * 1e-6
          return PairScore(
            pairID: pair.pairID, similarityA: similarity + noise + shift,
            similarityB: similarity / 2)
        }, model: model, run: run)
    }
    try database.publishScores(ofModel: current)
    try database.finishRun(run, at: date(shard, 50))
  }

  private func decide(in database: AuditDatabase) throws {
    let run = try run("purify", 0, in: database)
    let model = try database.publishedModel()?.id ?? 0
    _ = try database.beginDecisions(
      DecisionRule(model: model, name: "threshold", threshold: 0.5, parameters: "{}"), run: run)
    let scores = try database.scores(ofModel: model, roles: [.train], limit: 1_000)
    try database.store(
      scores.map { score in
        PairDecision(
          pairID: score.pairID, isKept: score.similarity > 0.5,
          reason: score.similarity > 0.5 ? .matched : .mismatch,
          cleanProbability: score.similarity)
      }, run: run)
    try database.publishDecisions(ofRun: run)
    try database.finishRun(run, at: date(0, 60))
  }

  /// A clock that was set back in between, a note with everything in it, a trusted pair.
  private func review(_ shard: Int, in database: AuditDatabase) throws {
    let outcomes = try database.outcomes(roles: [.train], limit: 1_000)
    for (index, outcome) in outcomes.enumerated() where index % 9 == 1 {
      for (verdict, minute) in [(ReviewVerdict.kept, 80), (.rejected, 70)] {
        try database.store(
          review: ReviewRequest(
            pairID: outcome.pairID, verdict: verdict, note: "é\u{0}\n\(index)",
            reviewer: "r\(shard)", at: date(shard, minute)))
      }
    }
    guard let trusted = try database.outcomes(roles: [.meta], limit: 1).first else { return }
    try database.store(
      review: ReviewRequest(
        pairID: trusted.pairID, verdict: .kept, note: nil, reviewer: "r\(shard)",
        at: date(shard, 90)))
  }
}

extension AuditDatabase {
  /// All rows of all tables, sorted: what two databases are compared by.
  func dump(without hidden: Set<String> = []) throws -> [String] {
    try read { database in
      let tables = try String.fetchAll(
        database,
        sql: """
          SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
            AND name NOT LIKE 'grdb%' ORDER BY name
          """)
      return try tables.flatMap { table in
        try Row.fetchAll(database, sql: "SELECT * FROM \(table)").map { row in
          let cells = row.filter { !hidden.contains($0.0) }.map { "\($0)=\($1)" }
          return "\(table): " + cells.joined(separator: " | ")
        }.sorted()
      }
    }
  }

  /// The rows of a query, as text.
  func rows(_ sql: String) throws -> [String] {
    try read { database in
      try Row.fetchAll(database, sql: sql).map { row in
        row.databaseValues.map { "\($0)" }.joined(separator: " | ")
      }
    }
  }
}
