import Foundation
import Pairs
import Synchronization
import Testing

@testable import Audit
@testable import Stages

@Suite struct WorkspaceTests {
  let fixture: StageFixture

  init() throws { fixture = try StageFixture() }

  @Test func aSecondWriterIsToldOfTheFirst() throws {
    let input = try fixture.manifest(Array("a\tx\n".utf8))
    let lock = try fixture.workspace.lock(for: "winnow-train")
    #expect(
      fixture.workspace.currentWriter()
        == "winnow-train (process \(ProcessInfo.processInfo.processIdentifier))")
    let error = #expect(throws: StagesError.self) {
      try fixture.perform(IngestStage(IngestConfiguration(inputs: [input])))
    }
    #expect(
      error?.description
        == "\(fixture.workspace.path): being written to by winnow-train (process"
        + " \(ProcessInfo.processInfo.processIdentifier)); wait until it is done, or stop it")
    lock.release()
    #expect(fixture.workspace.currentWriter() == nil)
    try fixture.perform(IngestStage(IngestConfiguration(inputs: [input])))
    // Readers work beside a writer.
    let again = try fixture.workspace.lock(for: "winnow-score")
    defer { again.release() }
    let report = try StatusReport(of: fixture.workspace)
    #expect(report.writer?.hasPrefix("winnow-score") == true)
    #expect(report.sources.map(\.lines) == [1])
    #expect(report.report.contains("train pending"))
  }

  /// Of millions of lines: to count them takes longer than a moment, and the writer goes on meanwhile.
  @Test func besideAWriterManyLinesAreNotCountedAnew() throws {
    let first = try fixture.manifest(Array("a\tx\n".utf8))
    try fixture.perform(IngestStage(IngestConfiguration(inputs: [first])))
    let second = try fixture.manifest(Array("b\ty\n".utf8), name: "second.tsv")
    try fixture.perform(IngestStage(IngestConfiguration(inputs: [second])))
    let lock = try fixture.workspace.lock(for: "winnow-featurize")
    let current = try StatusReport(of: fixture.workspace, counting: 0)
    #expect(current.countedAt == nil && current.counts.map(\.pairs) == [2])
    let database = try fixture.workspace.openDatabase(.writing)
    let run = try #require(try database.runs().last)
    try database.record(
      [ImageOutcome(locationID: 1, result: .unavailable(RowFailure(.missingImage, "gone")))],
      run: run.id)
    let stale = try StatusReport(of: fixture.workspace, counting: 0)
    #expect(stale.countedAt == "1970-01-01T00:00:00Z" && stale.counts.map(\.pairs) == [2])
    #expect(stale.report.contains("counted") && stale.imagesDone == 0)
    let few = try StatusReport(of: fixture.workspace, counting: 2)
    #expect(few.countedAt == nil && few.counts.map(\.pairs) == [1, 1] && few.imagesDone == 1)
    // Without a writer nothing is taken for true that may not be.
    lock.release()
    #expect(try StatusReport(of: fixture.workspace, counting: 0).counts.map(\.pairs) == [1, 1])
  }

  /// Whoever asks holds the lock's file for an instant, which is no writer.
  @Test func askingForTheWriterKeepsNobodyFromWriting() async throws {
    try fixture.workspace.lock(for: "winnow-train").release()
    let workspace = fixture.workspace
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { for _ in 0..<20_000 { _ = workspace.currentWriter() } }
      group.addTask {
        for _ in 0..<200 { try workspace.lock(for: "winnow-score").release() }
      }
      try await group.waitForAll()
    }
  }

  @Test func aMarkerVouchesForTheContentOfFiles() throws {
    let workspace = fixture.workspace
    try workspace.create(folder: workspace.modelsPath)
    try fixture.folder.write(Array("one".utf8), to: "run/models/a")
    let marker = try CompletionMarker(stage: "train", configuration: "{}", inputs: [])
      .vouching(for: [workspace.modelsPath + "/a"], in: workspace)
    try workspace.write(marker)
    let stored = try #require(try workspace.completionMarker(ofStage: "train"))
    #expect(stored == marker && stored.files?.keys.sorted() == ["models/a"])
    try stored.check(in: workspace)
    try fixture.folder.write(Array("two".utf8), to: "run/models/a")
    let changed = #expect(throws: StagesError.self) { try stored.check(in: workspace) }
    #expect(
      changed?.description
        == "\(workspace.modelsPath)/a: was changed since it was written; run winnow-train again, with "
        + "the options that it was given, to write it anew")
    try FileManager.default.removeItem(atPath: workspace.modelsPath + "/a")
    let gone = #expect(throws: StagesError.self) { try stored.check(in: workspace) }
    #expect(gone?.description.contains("cannot be read; run winnow-train again") == true)
  }

  /// A clock that is set back changes no time that something took.
  @Test func durationsDoNotComeFromTheClock() throws {
    let uptime = Mutex(100.0)
    let reports = Mutex<[StageProgress]>([])
    let clock = Mutex(Date(timeIntervalSince1970: 1e9))
    let context = StageContext(
      programVersion: "test", now: { clock.withLock { $0 } }, uptime: { uptime.withLock { $0 } },
      progress: { progress in reports.withLock { $0.append(progress) } })
    var meter = ProgressMeter(stage: "score", unit: "pairs", total: 10, context: context)
    clock.withLock { $0 -= 86_400 }
    uptime.withLock { $0 += 2 }
    meter.advance(by: 5)
    #expect(meter.elapsed == 2 && meter.rate == 2.5)
    #expect(reports.withLock { $0.last?.secondsLeft } == 2)
  }

  @Test func anOlderWorkspaceIsBroughtUpToDateByAnyStageThatWrites() throws {
    try makeOlderWorkspace()
    let path = fixture.workspace.databasePath
    let error = #expect(throws: AuditError.self) {
      try fixture.perform(EvaluateStage(EvaluateConfiguration()))
    }
    #expect(error?.description.contains("made by an older version of Winnow") == true)
    // Refused for what it lacks, not for its age.
    let missing = #expect(throws: StagesError.self) {
      try fixture.perform(PurifyStage(PurifyConfiguration()))
    }
    #expect(missing?.description.contains("run: winnow-score") == true)
    #expect(try AuditDatabase.isReadable(databaseAt: path))
    let database = try fixture.workspace.openDatabase(.reading)
    #expect(try database.pairCount() == 1)
    #expect(try database.sources().map(\.linesRead) == [1])
    let columns = try database.read { try $0.columns(in: "pair_audit").map(\.name) }
    #expect(columns.contains("near_group"))
  }

  @Test func aPipelineThatWritesBringsAnOlderWorkspaceUpToDate() throws {
    try makeOlderWorkspace()
    let pipeline = try fixture.folder.write(
      Array("workspace: run\nstages: [purify]\n".utf8), to: "p.yaml")
    let missing = #expect(throws: StagesError.self) {
      try PipelineRunner(PipelineFile(at: pipeline)).run(context: fixture.context()) { _, _ in }
    }
    #expect(missing?.description.contains("run: winnow-score") == true)
    #expect(try AuditDatabase.isReadable(databaseAt: fixture.workspace.databasePath))
    #expect(fixture.workspace.currentWriter() == nil)
  }

  /// A workspace of one pair as the first version left it.
  private func makeOlderWorkspace() throws {
    let input = try fixture.manifest(Array("a\tx\n".utf8))
    try fixture.perform(IngestStage(IngestConfiguration(inputs: [input])))
    try shell(
      """
      DROP VIEW fetch_audit; DROP VIEW purified_pair; DROP VIEW reviewed_pair; DROP VIEW pair_audit;
      DROP VIEW run_audit; DROP VIEW run_outcome;
      ALTER TABLE run DROP COLUMN unit; ALTER TABLE run DROP COLUMN done;
      ALTER TABLE run DROP COLUMN seconds;
      DROP TABLE fetch; DROP TABLE explanation; DROP TABLE standing;
      ALTER TABLE review DROP COLUMN is_merged;
      DROP INDEX location_by_digest; ALTER TABLE location DROP COLUMN variant;
      CREATE UNIQUE INDEX location_by_digest ON location (digest);
      ALTER TABLE source DROP COLUMN lines_read; ALTER TABLE source DROP COLUMN shards;
      DROP INDEX image_by_near_group; DROP TABLE near_grouping; DROP INDEX image_by_shard;
      ALTER TABLE image DROP COLUMN near_group; ALTER TABLE image DROP COLUMN perceptual_hash;
      \(AuditSchema.firstViews)
      DELETE FROM grdb_migrations WHERE identifier > '1';
      PRAGMA user_version = 1;
      """)
  }

  /// What a person would do with the sqlite3 shell.
  private func shell(_ sql: String) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["sqlite3", "-bail", fixture.workspace.databasePath, sql]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }

  @Test func aNewerWorkspaceIsRefusedAndUntouched() throws {
    let folder = fixture.workspace
    try folder.create(folder: folder.path)
    // A header as a newer version leaves it: our application id, schema 99.
    var header = [UInt8](repeating: 0, count: 4096)
    header.replaceSubrange(0..<16, with: Array("SQLite format 3\u{0}".utf8))
    header[63] = 99
    header.replaceSubrange(68..<72, with: Array("WNOW".utf8))
    try fixture.folder.write(header, to: "run/audit.sqlite")
    let input = try fixture.manifest(Array("a\tx\n".utf8))
    #expect(throws: AuditError.self) {
      try fixture.perform(IngestStage(IngestConfiguration(inputs: [input])))
    }
    #expect(throws: AuditError.self) { try StatusReport(of: folder) }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(names == ["audit.sqlite"])
    #expect(try fixture.folder.read("run/audit.sqlite") == header)
  }

  @Test func markersVouchForOneConfigurationAndInput() throws {
    let workspace = fixture.workspace
    #expect(try workspace.completionMarker(ofStage: "train") == nil)
    let marker = CompletionMarker(stage: "train", configuration: "{}", inputs: ["ab", "c"])
    try workspace.write(marker)
    #expect(try workspace.completionMarker(ofStage: "train") == marker)
    #expect(marker != CompletionMarker(stage: "train", configuration: "{}", inputs: ["a", "bc"]))
    try workspace.removeCompletionMarker(ofStage: "train")
    #expect(try workspace.completionMarker(ofStage: "train") == nil)
    try fixture.folder.write(Array("torn".utf8), to: "run/stages/train.json")
    #expect(throws: StagesError.self) { try workspace.completionMarker(ofStage: "train") }
  }
}
