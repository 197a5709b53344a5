import Audit
import Foundation
import Pairs
import TestSupport
import Testing

@testable import Stages

/// Workspaces that hold a shard of a manifest each.
@Suite struct ShardIngestTests {
  /// The manifest with every kind of bad line.
  private static func configuration(_ input: String, _ shard: String?) -> IngestConfiguration {
    IngestConfiguration(inputs: [input], shard: shard.flatMap(ManifestShards.init))
  }

  /// Key, line, status and reason of each row.
  private static func rows(of workspace: Workspace) throws -> [String] {
    try workspace.openDatabase(.reading).outcomes(
      roles: Set(PairRole.allCases), limit: 1_000_000
    ).map { "\($0.key) \($0.line) \($0.status) \($0.reason?.rawValue ?? "-")" }
  }

  @Test(arguments: [1, 2, 3, 5]) func shardsDivideTheLinesAmongThem(_ count: Int) throws {
    let whole = try StageFixture()
    let input = try whole.manifest(StageFixture.hostileManifest)
    try whole.perform(IngestStage(Self.configuration(input, nil)))
    var united: [String] = []
    for index in 0..<count {
      let shard = try StageFixture()
      let stage = IngestStage(Self.configuration(input, "\(index)/\(count)"))
      let summary = try shard.perform(stage)
      #expect(summary.addedLines + summary.otherShards == 16)
      #expect(try shard.perform(stage).knownLines == summary.addedLines)
      let rows = try Self.rows(of: shard.workspace)
      #expect(rows.count == summary.addedLines)
      united += rows
      for row in rows {
        let key = try #require(PairKey(row.prefix { $0 != " " }))
        #expect(key.shard(of: count) == index)
      }
      let source = try #require(try shard.workspace.openDatabase(.reading).sources().first)
      #expect(source.linesRead == 16 && source.isComplete)
      #expect(source.description.shards?.description == "\(index)/\(count)")
      let report = try StatusReport(of: shard.workspace).report
      #expect(report.contains("of 16, shard \(index)/\(count))"), "\(report)")
    }
    func byLine(_ row: String) -> Int { Int(row.split(separator: " ")[1]) ?? 0 }
    #expect(united.sorted { byLine($0) < byLine($1) } == (try Self.rows(of: whole.workspace)))
  }

  /// What a shard exports are its lines of the manifest, byte for byte, in their order.
  @Test func exportsOfShardsAreTheManifestsOwnLines() throws {
    let whole = try StageFixture()
    let input = try whole.manifest(StageFixture.hostileManifest)
    var left = StageFixture.hostileManifest.split(
      separator: 0x0A, omittingEmptySubsequences: false
    ).map(Array.init)
    var exported: [[UInt8]] = []
    for index in 0..<3 {
      let shard = try StageFixture()
      try shard.perform(IngestStage(Self.configuration(input, "\(index)/3")))
      let bytes = try shard.export(ExportConfiguration(decision: .all))
      var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
      if lines.last == [] { lines.removeLast() }
      // In the manifest's order: each is found behind the one before.
      var last = -1
      for line in lines {
        let place = try #require(left.indices.first { $0 > last && left[$0] == line })
        last = place
      }
      exported += lines
    }
    for line in exported { left.remove(at: try #require(left.firstIndex(of: line))) }
    #expect(left.isEmpty)
  }

  @Test(arguments: 1...4) func aKilledShardGoesOn(afterBatches count: Int) throws {
    struct Killed: Error {}
    // Long stretches of other shards' lines, so that batches end without a line of their own.
    let text = (0..<400).map { "caption \($0)\tpictures/\($0).jpg\n" }.joined()
    let fixture = try StageFixture()
    let input = try fixture.manifest(Array(text.utf8))
    let configuration = Self.configuration(input, "17/64")
    let left = Countdown(count)
    let killed = IngestStage(
      configuration, batchLines: 1, afterBatch: { if left.next() == 0 { throw Killed() } })
    #expect(throws: Killed.self) { try fixture.perform(killed) }
    let resumed = try fixture.perform(IngestStage(configuration))
    #expect(resumed.otherShards < 400)
    let undisturbed = try StageFixture()
    try undisturbed.perform(IngestStage(configuration))
    #expect(try Self.rows(of: fixture.workspace) == Self.rows(of: undisturbed.workspace))
    #expect(
      try fixture.workspace.openDatabase(.reading).runs().map(\.counts)
        == undisturbed.workspace.openDatabase(.reading).runs().map(\.counts))
  }

  @Test func aWorkspaceHoldsOneShardOfAManifest() throws {
    let fixture = try StageFixture()
    let input = try fixture.manifest(StageFixture.hostileManifest)
    try fixture.perform(IngestStage(Self.configuration(input, "0/3")))
    func problem(_ shard: String?) throws -> String? {
      let error = #expect(throws: AuditError.self) {
        try fixture.perform(IngestStage(Self.configuration(input, shard)))
      }
      return error?.description
    }
    let advice =
      "; give each shard a workspace of its own and unite them with winnow-merge, or give --restart"
      + " to ingest it anew"
    let held = "\(input): this workspace holds shard 0/3 of it, now asked for"
    #expect(try problem("1/3") == "\(held) shard 1/3 of it\(advice)")
    #expect(try problem(nil) == "\(held) the whole of it\(advice)")
    try fixture.perform(IngestStage(Self.configuration(input, "1/3")), restarts: true)
    #expect(
      try fixture.workspace.openDatabase(.reading).sources()[0].description.shards?.description
        == "1/3")
    let several = #expect(throws: StagesError.self) {
      try fixture.perform(IngestStage(Self.configuration(input, "0-1/3")))
    }
    #expect(several?.description == "ingest: shard: name one shard, such as 7/64")
  }

  @Test func trustedPairsAreTakenWhole() throws {
    let fixture = try StageFixture()
    let input = try fixture.manifest(Array("a\tx.jpg\nb\ty.jpg\nc\tz.jpg\n".utf8))
    var configuration = Self.configuration(input, "0/2")
    configuration.role = .meta
    #expect(try fixture.perform(IngestStage(configuration)).addedLines == 3)
    let database = try fixture.workspace.openDatabase(.reading)
    #expect(try database.sources()[0].description.shards == nil)
    // The same run as that of a workspace without shards.
    #expect(try database.runs()[0].configuration.contains("shard") == false)
  }

  /// The first line of the manifest decides what the workspace holds, not the shard's first one.
  @Test func theKindOfImagesIsThatOfTheWholeManifest() throws {
    let text =
      "first\tpictures/first.jpg\n"
      + (0..<40).map { "features \($0)\tprecomp:train_ims.npy#\($0)\n" }.joined()
    let first = PairKey(url: Array("pictures/first.jpg".utf8), caption: Array("first".utf8))
    let fixture = try StageFixture()
    let input = try fixture.manifest(Array(text.utf8))
    let other = 1 - first.shard(of: 2)
    let summary = try fixture.perform(IngestStage(Self.configuration(input, "\(other)/2")))
    #expect(summary.addedLines > 0 && summary.pairs == 0)
    #expect(summary.failed == ["unsupported_url": summary.addedLines])
  }

  @Test func yamlNamesAShardAsTheCommandDoes() throws {
    let fixture = try StageFixture()
    let input = try fixture.manifest(StageFixture.hostileManifest)
    let pipeline = try fixture.folder.write(
      Array("workspace: run\nstages: [ingest: {input: \(input), shard: 2/3}]\n".utf8),
      to: "p.yaml")
    try PipelineRunner(PipelineFile(at: pipeline)).run(context: fixture.context()) { _, _ in }
    #expect(
      try fixture.workspace.openDatabase(.reading).sources()[0].description.shards?.description
        == "2/3")
    let wrong = try fixture.folder.write(
      Array("workspace: w\nstages: [ingest: {input: \(input), shard: 3/3}]\n".utf8),
      to: "q.yaml")
    let error = #expect(throws: StagesError.self) { try PipelineFile(at: wrong) }
    #expect(
      error?.description.contains("\"3/3\" is no shard such as 7/64, the eighth of 64") == true,
      "\(String(describing: error))")
  }
}
