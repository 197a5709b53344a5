import Foundation
import GRDB
import Synchronization
import Testing

@testable import Audit

/// How long runs work, and at which rate.
@Suite struct RunWorkTests {
  /// Seconds that tests move, and what a run told of its work.
  private final class Watch: Sendable {
    let seconds = Mutex(1000.0)
    let told = Mutex<[RunWork]>([])

    func pass(_ more: Double) { seconds.withLock { $0 += more } }

    var measurement: RunMeasurement {
      RunMeasurement(
        uptime: { self.seconds.withLock { $0 } },
        stored: { work in self.told.withLock { $0.append(work) } })
    }
  }

  private let fixture: AuditFixture
  private let watch = Watch()

  init() throws { fixture = try AuditFixture() }

  private func begin(_ database: AuditDatabase, _ command: String = "score") throws -> Int64 {
    try database.beginRun(
      RunRequest(
        command: command, configuration: "{}", programVersion: "test", seed: nil,
        startedAt: Date(timeIntervalSince1970: 0), unit: "pairs"),
      measuring: watch.measurement)
  }

  private func count(_ counts: [String: Int], _ run: Int64, in database: AuditDatabase) throws {
    try database.write { try database.add(counts, toRun: run, in: $0) }
  }

  private func run(_ id: Int64) throws -> RunRecord {
    try #require(try fixture.database.runs().first { $0.id == id })
  }

  @Test func secondsAndUnitsAreThoseOfStoredRows() throws {
    let database = fixture.database
    let id = try begin(database)
    #expect(try run(id).unit == "pairs" && run(id).done == nil && run(id).seconds == nil)
    watch.pass(2.5)
    try count(["ok": 3, "mismatch": 1], id, in: database)
    watch.pass(0.25)
    try count(["ok": 1], id, in: database)
    #expect(try run(id).done == 5)
    #expect(try run(id).seconds == 2.75)
    watch.pass(1.25)
    try database.finishRun(id, at: Date(timeIntervalSince1970: 9))
    #expect(try run(id).done == 5)
    #expect(try run(id).seconds == 4)
    let told = watch.told.withLock { $0 }
    #expect(told.map(\.done) == [4, 5, 5])
    #expect(told.map(\.seconds) == [2.5, 2.75, 4])
    #expect(told.last?.counts == ["ok": 4, "mismatch": 1])
    #expect(told.last?.rate == 1.25)
    #expect(try database.work(ofRun: id) == told.last)
  }

  /// What a killed run did after its last transaction is done again, and its time counts then.
  @Test func aResumedRunAddsToItsSeconds() throws {
    let id = try begin(fixture.database)
    watch.pass(10)
    try count(["ok": 100], id, in: fixture.database)
    watch.pass(7)
    let resumed = try AuditDatabase(at: fixture.database.path, access: .writing)
    #expect(try begin(resumed) == id)
    watch.pass(2)
    try count(["ok": 20], id, in: resumed)
    try resumed.finishRun(id, at: Date(timeIntervalSince1970: 9))
    #expect(try run(id).seconds == 12)
    #expect(try run(id).done == 120)
    try resumed.close()
  }

  @Test func whatIsRolledBackTakesNoTime() throws {
    let database = fixture.database
    let id = try begin(database)
    watch.pass(3)
    #expect(throws: AuditError.self) {
      try database.write { transaction in
        try database.add(["ok": 1], toRun: id, in: transaction)
        throw DatabaseError(message: "no")
      }
    }
    #expect(try run(id).done == nil && run(id).seconds == nil)
    #expect(watch.told.withLock { $0 } == [])
    watch.pass(1)
    try count(["ok": 1], id, in: database)
    #expect(try run(id).seconds == 4)
  }

  /// What passes before a transaction is the work of its run, not of the one beside it.
  @Test func runsSideBySideShareTheTime() throws {
    let database = fixture.database
    let (images, scores) = (try begin(database, "featurize"), try begin(database, "score"))
    for _ in 0..<2 {
      watch.pass(3)
      try count(["ok": 5], images, in: database)
      watch.pass(0.5)
      try count(["ok": 8], scores, in: database)
    }
    watch.pass(0.25)
    try database.finishRun(images, at: Date(timeIntervalSince1970: 9))
    watch.pass(0.125)
    try database.finishRun(scores, at: Date(timeIntervalSince1970: 9))
    #expect(try run(images).seconds == 6.25 && run(images).done == 10)
    #expect(try run(scores).seconds == 1.125 && run(scores).done == 16)
  }

  @Test func aRunWithoutRowsSaysHowFarItCame() throws {
    let database = fixture.database
    let id = try begin(database, "train")
    watch.pass(60)
    try database.advanceRun(id, to: 40)
    watch.pass(60)
    try database.advanceRun(id, to: 80)
    // Of a state that was stored before the last one was counted.
    try database.advanceRun(id, to: 60)
    #expect(try run(id).done == 80 && run(id).seconds == 120 && run(id).counts == [:])
    let counts = try database.read {
      try String.fetchOne($0, sql: "SELECT counts FROM run WHERE run_id = ?", arguments: [id])
    }
    #expect(counts == nil)
  }

  /// A run that an earlier version began counts from where this one took it up.
  @Test func aRunOfAnEarlierVersionHasNoTimeUntilItGoesOn() throws {
    let database = fixture.database
    let id = try begin(database)
    try database.write {
      try database.add(["ok": 7], toRun: id, in: $0)
      try $0.execute(
        sql: "UPDATE run SET unit = NULL, done = NULL, seconds = NULL WHERE run_id = ?",
        arguments: [id])
    }
    #expect(try database.work(ofRun: id) == nil)
    #expect(try begin(database) == id)
    watch.pass(2)
    try count(["ok": 4], id, in: database)
    #expect(
      try database.work(ofRun: id)
        == RunWork(
          run: id, stage: "score", unit: "pairs", done: 4, seconds: 2, counts: ["ok": 11]))
  }

  @Test func viewsTellRatesAndShares() throws {
    let database = fixture.database
    let id = try begin(database, "fetch")
    watch.pass(8)
    try count(["ok": 12, "timeout": 4], id, in: database)
    let (audit, outcomes) = try database.read { database in
      (
        try String.fetchAll(
          database,
          sql: """
            SELECT stage || ' ' || done || ' ' || unit || ' ' || seconds || ' ' || per_second
            FROM run_audit
            WHERE run_id = ?
            """, arguments: [id]),
        try String.fetchAll(
          database,
          sql: """
            SELECT stage || ' ' || reason || ' ' || count || ' ' || share || ' ' || per_second
            FROM run_outcome
            WHERE run_id = ? ORDER BY reason
            """, arguments: [id])
      )
    }
    #expect(audit == ["fetch 16 pairs 8.0 2.0"])
    #expect(outcomes == ["fetch ok 12 0.75 1.5", "fetch timeout 4 0.25 0.5"])
  }

  @Test func secondsAddUpTheSameInAnyOrder() {
    let parts = [0.1, 0.7, 1e-6, 12_345.678_901, 3.3]
    let sum = parts.map { WorkSeconds($0) }.reduce(WorkSeconds(0), +)
    #expect(parts.reversed().map { WorkSeconds($0) }.reduce(WorkSeconds(0), +) == sum)
    #expect(WorkSeconds(sum.value) == sum)
    #expect(WorkSeconds(-1).value == 0 && WorkSeconds(.infinity).value == 1e12)
  }
}
