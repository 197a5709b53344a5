import Audit
import Foundation
import Pairs
import TestSupport
import Testing

@testable import Stages

/// Which arrays a workspace takes in, and what hostile ones come to.
@Suite struct PrecomputedArraysTests {
  let fixture: PrecomputedFixture

  init() throws { fixture = try PrecomputedFixture() }

  private func write(_ name: String, _ shape: [Int], _ value: Float = 1) throws {
    let count = shape.reduce(1, *)
    try fixture.folder.write(
      NumPyBuilder(shape: shape).file(Array(repeating: value, count: count)), to: name)
  }

  private func ingest(_ lines: [String], name: String = "m.tsv") throws -> IngestSummary {
    let text = lines.enumerated().map { "caption \($0)\t\($1)\n" }.joined()
    let manifest = try fixture.folder.write(Array(text.utf8), to: name)
    return try fixture.stages.perform(IngestStage(IngestConfiguration(inputs: [manifest])))
  }

  private func arrays() throws -> [String] {
    try fixture.workspace.precomputedDescription()?.arrays.map {
      URL(fileURLWithPath: $0.path).lastPathComponent
    } ?? []
  }

  @Test func anArrayOfOtherSizesFailsItsRows() throws {
    try write("a.npy", [2, 2, 3])
    try write("other.npy", [1, 3, 2], 2)
    let summary = try ingest(["precomp:a.npy#0", "precomp:other.npy#0", "precomp:a.npy#1"])
    #expect(summary.features?.failed == ["corrupt_image": 1] && summary.features?.featurized == 1)
    #expect(try arrays() == ["a.npy"])
    // And again in the next run, as the first line of it.
    try write("third.npy", [1, 3, 2], 3)
    let more = try ingest(["precomp:third.npy#0", "precomp:a.npy#0"], name: "more.tsv")
    #expect(more.pairs == 2 && more.features?.failed == ["corrupt_image": 1])
    let detail = try fixture.workspace.openDatabase(.reading).exportRows(
      .init(roles: [.train]), after: .start, limit: 2
    ).last?.detail
    #expect(
      detail?.hasSuffix(
        "other.npy: has 3 regions of 2 numbers, but the other arrays of the workspace have 2 of 3")
        == true)
  }

  @Test func onlyAGoodRowMakesAnArrayKnown() throws {
    try write("bad.npy", [1, 4, 4], .nan)
    try write("a.npy", [1, 2, 3])
    try fixture.folder.write(
      NumPyBuilder(shape: [0, 1 << 62, 1 << 62]).prologue, to: "empty.npy")
    let summary = try ingest([
      "precomp:empty.npy#0", "precomp:bad.npy#0", "precomp:bad.npy#7", "precomp:a.npy#0",
    ])
    #expect(summary.features?.failed == ["corrupt_image": 2, "missing_image": 1])
    #expect(try arrays() == ["a.npy"])
    let sizes = try fixture.workspace.precomputedDescription()?.sizes
    #expect(sizes == FeatureSizes(regions: 2, dimension: 3))
  }

  @Test(arguments: [3e38 as Float, 65_520, -.infinity, .nan])
  func numbersBeyondSixteenBitsFail(value: Float) throws {
    #expect(!Float16(value).isFinite && !PrecomputedRegistration.isUsable(value))
    try write("a.npy", [1, 2, 3], value)
    try write("b.npy", [1, 2, 3], Float(65_520).nextDown)
    #expect(Float16(Float(65_520).nextDown).isFinite)
    let summary = try ingest(["precomp:a.npy#0", "precomp:b.npy#0"])
    #expect(summary.features?.failed == ["corrupt_image": 1] && summary.features?.featurized == 1)
    #expect(
      try fixture.stages.outcomes().map { String($0.split(separator: " ")[4]) }
        == ["corrupt_image", "-"])
  }

  @Test func foldersOfOtherSizesAreRefusedBeforeAnythingIsWritten() throws {
    try write("train_ims.npy", [1, 2, 3])
    try write("dev_ims.npy", [1, 3, 2])
    try fixture.folder.write(Array("a\n".utf8), to: "train_caps.txt")
    try fixture.folder.write(Array("a\n".utf8), to: "dev_caps.txt")
    let problem =
      "\(fixture.folder.path)/dev_ims.npy: has 3 regions of 2 numbers, but the other arrays of the"
      + " workspace have 2 of 3; use another workspace"
    // Both new, and then one of them known.
    #expect(fixture.problem() == problem)
    #expect(!FileManager.default.fileExists(atPath: fixture.workspace.path))
    _ = try fixture.ingest([.train])
    #expect(fixture.problem([.dev]) == problem)
    #expect(try fixture.stages.outcomes().count == 1)
  }

  @Test func captionsDoNotGoToOtherRows() throws {
    try fixture.writeFeatures("train", images: 0..<2)
    try fixture.writeCaptions("train", images: 0..<2)
    _ = try fixture.ingest()
    try fixture.writeFeatures("train", images: 0..<2, repeats: 5)
    #expect(
      fixture.problem()
        == "\(fixture.folder.path)/train_caps.txt: was ingested with captions per image of "
        + "train_ims.npy: 5, now they are 1; put the former array back, or give --restart to "
        + "ingest the captions anew")
    try fixture.writeFeatures("train", images: 0..<2)
    #expect(try fixture.ingest().knownLines == 10)
  }

  @Test func arraysBeyondTheMostFailTheirRows() throws {
    let most = PrecomputedDescription.maximumArrays
    for index in 0...most { try write("\(index).npy", [1, 1, 1], Float(index)) }
    let summary = try ingest((0...most).map { "precomp:\($0).npy#0" })
    #expect(summary.features?.failed == ["unreadable_image": 1])
    #expect(try arrays().count == most)
    let pairs = try fixture.workspace.openDatabase(.reading).featurizedPairs(
      roles: [.train], limit: most + 1)
    let store = try FeatureStore(of: fixture.workspace)
    #expect(pairs.count == most && pairs[most - 1].features == FeatureAddress(shard: -most, row: 0))
    #expect(try store.features(at: [pairs[4000].features]).elements == [4000])
    // The longest paths, every byte of them escaped, fit in what is read.
    let longest = PrecomputedDescription.Array(
      path: String(repeating: "\u{1}", count: 4096), images: .max, elementType: "F32",
      bytes: .max, modified: "\(Int.max).\(Int.max)")
    var description = PrecomputedDescription(sizes: FeatureSizes(regions: .max, dimension: .max))
    var byteCounts: [Int] = []
    for _ in 0..<2 {
      _ = description.add(longest)
      try fixture.workspace.write(description)
      byteCounts.append(try fixture.stages.folder.read("run/features/precomputed.json").count)
    }
    #expect(try fixture.workspace.precomputedDescription() == description)
    let needed = byteCounts[0] + (most - 1) * (byteCounts[1] - byteCounts[0])
    #expect(needed <= PrecomputedDescription.byteLimit)
  }

  /// Stops between two chunks, and after the last one, whose run is still to be closed.
  @Test(arguments: [1, 2, 3], [true, false])
  func aKilledRegistrationIsClosed(afterChunks count: Int, featurizes: Bool) throws {
    struct Killed: Error {}
    for index in 0..<5 { try write("\(index).npy", [1, 2, 3], Float(index)) }
    let lines = (0..<5).map { "c\tprecomp:\($0).npy#0\n" }.joined()
    let manifest = try fixture.folder.write(Array(lines.utf8), to: "m.tsv")
    let configuration = IngestConfiguration(inputs: [manifest])
    let left = Countdown(count)
    let kill: @Sendable () throws -> Void = { if left.next() == 0 { throw Killed() } }
    let ends = {
      try fixture.workspace.openDatabase(.reading).runs().map { $0.endedAt != nil }
    }
    if featurizes {
      try fixture.stages.perform(IngestStage(configuration))
      let stage = FeaturizeStage(
        FeaturizeConfiguration(),
        FeaturizeStage.Surroundings(locationsPerShard: 2, afterChunk: kill))
      #expect(throws: Killed.self) { try fixture.stages.perform(stage, restarts: true) }
      #expect(try ends() == [true, true, false])
      try fixture.stages.perform(FeaturizeStage(FeaturizeConfiguration()))
      #expect(try ends() == [true, true, true])
    } else {
      let stage = IngestStage(
        configuration, batchLines: 10, afterBatch: {}, chunk: 2, afterChunk: kill)
      #expect(throws: Killed.self) { try fixture.stages.perform(stage) }
      #expect(try ends() == [true, false])
      let summary = try fixture.stages.perform(IngestStage(configuration))
      #expect(summary.features?.knownImages == min(5, 2 * count))
      #expect(try ends() == [true, true])
    }
    let pairs = try fixture.workspace.openDatabase(.reading).featurizedPairs(
      roles: [.train], limit: 9)
    #expect(pairs.map(\.features.shard) == [-1, -2, -3, -4, -5])
  }
}
