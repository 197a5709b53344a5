import Foundation
import GRDB
import Pairs
import TestSupport
import Testing

@testable import Audit

@Suite struct AuditMergeTests {
  let fixture: MergeFixture

  init() throws { fixture = try MergeFixture() }

  private typealias Shard = (name: String, database: AuditDatabase)

  @discardableResult
  private func merge(
    _ shards: [Shard], to name: String, keeping own: AuditDatabase? = nil,
    allowsIncomplete: Bool = false
  ) throws -> Shard {
    let path = fixture.folder.file(name)
    _ = try AuditMerge(shards, allowsIncomplete: allowsIncomplete).write(
      to: path, keepingReviewsOf: own
    ) { _ in }
    return (name, try AuditDatabase(at: path, access: .reading))
  }

  private func problem(_ shards: [Shard], allowsIncomplete: Bool = false) throws -> String {
    let error = #expect(throws: AuditError.self) {
      try merge(shards, to: UUID().uuidString, allowsIncomplete: allowsIncomplete)
    }
    return error?.description ?? ""
  }

  /// A copy to be changed.
  private func copy(of database: AuditDatabase, to name: String) throws -> AuditDatabase {
    let path = fixture.folder.file(name)
    try database.queue.writeWithoutTransaction {
      try $0.execute(sql: "VACUUM INTO ?", arguments: [path])
    }
    return try AuditDatabase(at: path, access: .writing)
  }

  @Test func anyOrderGivesTheSameRows() throws {
    let shards = try fixture.all()
    let expected = try merge(shards, to: "012").database.dump()
    #expect(expected.count > 300)
    for order in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
      let merged = try merge(
        order.map { shards[$0] }, to: order.map(String.init).joined())
      #expect(try merged.database.dump() == expected, "\(order)")
    }
  }

  /// Runs of shards are one run of the whole, whose work is theirs together.
  @Test func workAddsUp() throws {
    let shards = try fixture.all()
    let merged = try merge(shards, to: "work").database
    for command in ["ingest", "fetch", "score"] {
      let parts = try shards.flatMap { try $0.database.runs() }.filter { $0.command == command }
      let runs = try merged.runs().filter { $0.command == command }
      #expect(runs.allSatisfy { $0.unit == "rows" }, "\(command)")
      #expect(
        runs.compactMap(\.done).reduce(0, +) == parts.compactMap(\.done).reduce(0, +)
          && parts.count > runs.count, "\(command)")
      let seconds = runs.compactMap(\.seconds).reduce(0, +)
      #expect(abs(seconds - parts.compactMap(\.seconds).reduce(0, +)) < 1e-9 && seconds > 0)
    }
  }

  /// What one of the shards did not measure is not known of the whole.
  @Test func workOfAnEarlierVersionIsNotGuessed() throws {
    var shards = try fixture.all()
    let old = try copy(of: shards[1].database, to: "old.sqlite")
    try old.write {
      try $0.execute(sql: "UPDATE run SET unit = NULL, done = NULL, seconds = NULL")
    }
    shards[1].database = old
    let runs = try merge(shards, to: "unmeasured").database.runs()
    let scoring = try #require(runs.first { $0.command == "score" })
    #expect(scoring.unit == nil && scoring.done == nil && scoring.seconds == nil)
    #expect(!scoring.counts.isEmpty)
  }

  @Test func anyGroupingGivesTheSameRows() throws {
    let shards = try fixture.all()
    let expected = try merge(shards, to: "all").database.dump()
    for (index, pair) in [[0, 1], [1, 2], [0, 2]].enumerated() {
      let some = try merge(pair.map { shards[$0] }, to: "some\(index)")
      let alone = try merge([shards[3 - pair[0] - pair[1]]], to: "alone\(index)")
      for (name, parts) in [
        ("left", [some, shards[3 - pair[0] - pair[1]]]), ("right", [alone, some]),
      ] {
        let merged = try merge(parts, to: "\(name)\(index)")
        #expect(try merged.database.dump() == expected, "\(pair) \(name)")
      }
    }
  }

  @Test func theUnitedAuditIsSoundAndHasEveryLineOnce() throws {
    let shards = try fixture.all()
    let merged = try merge(shards, to: "all").database
    #expect(try merged.rows("PRAGMA integrity_check") == ["\"ok\""])
    #expect(try merged.rows("PRAGMA foreign_key_check") == [])
    let lines = MergeFixture.manifest.count { $0 == 0x0A } + 1
    #expect(
      try merged.rows("SELECT path, line_count, lines_read, shards FROM source ORDER BY 1").map {
        $0.split(separator: " | ").dropFirst().joined(separator: " ")
      } == ["6 6 NULL", "\(lines) \(lines) NULL"])
    let numbers = try merged.rows(
      "SELECT pair_id FROM pair ORDER BY source_id, line")
    #expect(numbers == (1...(lines + 6)).map(String.init))
    let schema = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY sql"
    #expect(try merged.rows(schema) == shards[0].database.rows(schema))
  }

  /// Of each pair the united audit says exactly what its shard says.
  @Test func whatIsSaidOfAPairIsWhatItsShardSays() throws {
    let shards = try fixture.all()
    let merged = try merge(shards, to: "all").database
    let said = """
      SELECT key, source, line, role, CAST(caption AS BLOB), url, image_sha256, image_format, width,
        height, perceptual_hash, final_status, final_reason, detail, http_status, stage,
        similarity_a, similarity_b, clean_probability, threshold, model_id, verdict
      FROM reviewed_pair WHERE role = 'train' ORDER BY source, line
      """
    let united = try merged.rows(said)
    #expect(try Set(united) == Set(shards.flatMap { try $0.database.rows(said) }))
    #expect(united.count == MergeFixture.manifest.count { $0 == 0x0A } + 1)
    // What differs between shards is there.
    #expect(
      try merged.rows("SELECT count(*) > 0 FROM location WHERE variant > 0") == ["1"])
    // Trusted pairs are taken at their best: fetched by one shard, gone for another.
    #expect(
      try merged.rows("SELECT DISTINCT status FROM pair_audit WHERE role = 'meta'")
        == ["\"kept\""])
    #expect(
      try merged.rows("SELECT count(*) FROM score").first
        == merged.rows("SELECT count(*) FROM pair_audit WHERE similarity IS NOT NULL").first)
  }

  @Test func runsOfOneConfigurationAreOneRun() throws {
    let merged = try merge(fixture.all(), to: "all").database
    let runs = try merged.runs()
    #expect(
      runs.map(\.command).sorted() == [
        "featurize", "fetch", "ingest", "ingest", "ingest", "ingest", "purify", "score",
      ])
    let scored = try #require(runs.first { $0.command == "score" })
    let shards = try (0..<3).map { try AuditDatabase(at: fixture.path($0), access: .reading) }
    let counts = try shards.map {
      try $0.runs().first { $0.command == "score" }?.counts["ok"] ?? 0
    }
    #expect(scored.counts["ok"] == counts.reduce(0, +))
    #expect(scored.startedAt.hasSuffix("05:00Z") && scored.endedAt?.hasSuffix("50:02Z") == true)
  }

  @Test func theLeastSimilarityOfATrustedPairIsTaken() throws {
    let shards = try fixture.all()
    let sql = """
      SELECT min(similarity_a) FROM pair_audit WHERE role = 'meta' AND url LIKE '%/1.jpg'
      """
    let least = try shards.flatMap { try $0.database.rows(sql) }.compactMap(Double.init).min()
    #expect(try merge(shards, to: "all").database.rows(sql).compactMap(Double.init).first == least)
    let other = try MergeFixture()
    let far = try problem([("near", other.make(0)), ("far", other.make(1, shift: 2e-5))])
    let line = "line 1 of \(other.folder.file("a-trusted.tsv"))"
    #expect(far.hasPrefix("cannot be united: the similarity of \(line) differs: "), "\(far)")
  }

  @Test func shardsThatOverlapMustAgree() throws {
    let shards = try fixture.all()
    let whole = try merge(shards, to: "all")
    let again = try merge([whole, shards[1]], to: "again").database
    // Only what was done twice is counted twice.
    let hidden: Set<String> = ["counts", "done", "seconds"]
    #expect(try again.dump(without: hidden) == whole.database.dump(without: hidden))
    let changed = try copy(of: shards[1].database, to: "copy")
    try changed.write { try $0.execute(sql: "UPDATE score SET similarity_a = similarity_a + 0.1") }
    #expect(
      try problem([shards[0], shards[1], ("copy", changed)]).contains(
        "the similarity of line"))
  }

  @Test func differentModelsSourcesAndPicturesAreNamed() throws {
    let shards = try fixture.all()
    let other = try MergeFixture()
    let models = try [("first", other.make(0)), ("second", other.make(1, model: "n"))]
    #expect(
      try problem(models) == "cannot be united: the model differs: first has m, second has n")
    func changed(_ sql: String) throws -> String {
      let database = try copy(of: shards[1].database, to: UUID().uuidString)
      try database.write { try $0.execute(sql: sql) }
      return try problem([shards[0], ("changed", database), shards[2]])
    }
    let manifest = fixture.folder.file("m.tsv")
    #expect(
      try changed("UPDATE source SET shards = '1/4' WHERE shards IS NOT NULL")
        == "cannot be united: the number of shards of \(manifest) differs: shard-0 has 3 of them, "
        + "changed has 4 of them")
    #expect(
      try changed("UPDATE source SET column_order = 'url,caption' WHERE shards IS NOT NULL")
        == "cannot be united: the column order of \(manifest) differs: shard-0 has caption,url, "
        + "changed has url,caption")
    #expect(
      try changed("UPDATE source SET path = '/elsewhere.tsv' WHERE shards IS NOT NULL").contains(
        "changed has /elsewhere.tsv, shard-0 has \(manifest)"))
    #expect(
      try changed("UPDATE image SET width = 65").contains(
        ", 64 × 48, hash "))
    #expect(try changed("UPDATE image SET width = 65").contains("changed has jpeg, 65 × 48, hash "))
    #expect(
      try changed("DELETE FROM pair WHERE line = (SELECT max(line) FROM pair)").hasPrefix(
        "changed says that it has "))
    #expect(
      try changed("UPDATE source SET is_complete = 0 WHERE shards IS NOT NULL")
        == "changed has not read \(manifest) to its end; run winnow-ingest there, or give"
        + " --allow-incomplete")
    #expect(
      try changed("UPDATE published SET model_id = NULL, decision_run_id = NULL")
        == "changed was not scored, others were; run winnow-score there, or give --allow-incomplete"
    )
  }

  @Test func decisionsAreTakenOverWhereAllDecidedAlike() throws {
    let alike = try merge(fixture.all(), to: "alike").database
    #expect(try alike.publishedRule()?.rule.name == "threshold")
    let other = try MergeFixture()
    let some = try (0..<3).map { ("\($0)", try other.make($0, isDecided: $0 != 1)) }
    let path = other.folder.file("merged")
    let outcome = try AuditMerge(some).write(to: path) { _ in }
    #expect(!outcome.hasDecisions)
    let merged = try AuditDatabase(at: path, access: .reading)
    #expect(try merged.publishedRule() == nil)
    #expect(try merged.rows("SELECT count(*) FROM decision") == ["0"])
  }

  @Test func missingShardsAreSaid() throws {
    let shards = try fixture.all()
    let merged = try merge([shards[2], shards[0]], to: "two").database
    let source = try #require(merged.sources().last)
    #expect(source.description.shards?.description == "0,2/3")
    #expect(source.lineCount < source.linesRead)
  }

  @Test func reviewsMadeInTheUnitedAuditAreKept() throws {
    let shards = try fixture.all()
    let first = try merge(shards, to: "first")
    try first.database.close()
    let own = try AuditDatabase(at: fixture.folder.file("first"), access: .writing)
    func review(_ line: Int, _ note: String) throws {
      let pair = try #require(
        own.read { database in
          try Int64.fetchOne(
            database, sql: "SELECT pair_id FROM pair WHERE line = ? AND source_id = 2",
            arguments: [line])
        })
      try own.store(
        review: ReviewRequest(
          pairID: pair, verdict: .rejected, note: note, reviewer: "me",
          at: Date(timeIntervalSince1970: 1e6)))
    }
    try review(4, "before")
    let last = try own.lastReview()
    try merge(shards, to: "second", keeping: own)
    // Comes in while the new one is written.
    try review(5, "meanwhile")
    let new = try AuditDatabase(at: fixture.folder.file("second"), access: .writing)
    try own.replace(byContentOf: new, madeAfterReview: last)
    let notes =
      "SELECT line, CAST(note AS TEXT) FROM review JOIN pair USING (pair_id)"
      + " WHERE reviewer = 'me' AND NOT is_merged ORDER BY 1"
    #expect(try own.rows(notes) == ["4 | \"before\"", "5 | \"meanwhile\""])
    #expect(try own.rows("PRAGMA integrity_check") == ["\"ok\""])
    // And once more, now from the beginning.
    try merge(shards, to: "third", keeping: own)
    let third = try AuditDatabase(at: fixture.folder.file("third"), access: .reading)
    #expect(try third.rows(notes) == ["4 | \"before\"", "5 | \"meanwhile\""])
    // Nor are they lost where their shard is left out.
    let error = #expect(throws: AuditError.self) {
      try AuditMerge([shards[0]]).write(
        to: fixture.folder.file("fourth"), keepingReviewsOf: own
      ) { _ in }
    }
    #expect(error?.description.contains("reviews that were made in the united workspace") == true)
  }
}
