import Fetching
import Foundation
import Pairs
import TestSupport
import Testing

@testable import Audit
@testable import Stages

/// One line of the other kind is one failed row, whenever it comes.
@Suite struct ImageKindStageTests {
  private func reasons(_ stages: StageFixture) throws -> [String] {
    try stages.outcomes().map { String($0.split(separator: " ")[4]) }
  }

  @Test func aPrecomputedLineAmongPicturesIsAFailedRow() throws {
    let fixture = try FeaturizeFixture()
    let lines = [
      "precomp:a.png#0", "precomp:m.tsv#0", "precomp:absent.npy#0", "precomp:../out.npy#0",
    ]
    try fixture.ingest(
      [("a.png", GeneratedImage.png(color: (1, 2, 3)))] + lines.map { ($0, nil) }
        + [("b.png", GeneratedImage.png(color: (4, 5, 6)))])
    let expected =
      ["-"] + Array(repeating: "unsupported_url", count: 3) + ["unsafe_path", "-"]
    #expect(try reasons(fixture.stages) == expected)
    #expect(try fixture.stages.perform(fixture.stage()).featurized == 2)
    #expect(try reasons(fixture.stages) == expected)

    // Another manifest that begins with such a line after a refused one.
    let more = try fixture.stages.manifest(
      Array("x\t../y.png\nx\tprecomp:a.npy#0\n".utf8), name: "more.tsv")
    let error = #expect(throws: StagesError.self) {
      try fixture.stages.perform(IngestStage(IngestConfiguration(inputs: [more])))
    }
    #expect(error?.description.hasPrefix("\(more): names precomputed features, but") == true)
  }

  @Test func aPictureAmongPrecomputedRowsIsAFailedRow() throws {
    let fixture = try PrecomputedFixture()
    try fixture.writeFeatures("train", images: 0..<2)
    try fixture.folder.write(GeneratedImage.png(color: (1, 2, 3)), to: "a.png")
    let manifest = try fixture.folder.write(
      Array(
        """
        a\tprecomp:train_ims.npy#0
        b\ta.png
        c\tabsent.png
        d\thttps://example.org/a.png
        e\tprecomp:train_ims.npy#1

        """.utf8), to: "m.tsv")
    let stage = IngestStage(IngestConfiguration(inputs: [manifest]))
    let summary = try fixture.stages.perform(stage)
    #expect(summary.failed == ["unsupported_url": 3] && summary.features?.featurized == 2)
    let expected = ["-"] + Array(repeating: "unsupported_url", count: 3) + ["-"]
    #expect(try reasons(fixture.stages) == expected)
    try fixture.stages.perform(FeaturizeStage(FeaturizeConfiguration()), restarts: true)
    #expect(try reasons(fixture.stages) == expected)
  }

  /// Before anything was featurized the first pair decides, also for a killed ingest that goes on.
  @Test func theKindIsThatOfTheFirstPair() throws {
    struct Killed: Error {}
    let fixture = try FeaturizeFixture()
    let text = "a\ta.png\nb\tb.png\nc\tprecomp:a.png#0\nd\td.png\n"
    let input = try fixture.stages.manifest(Array(text.utf8))
    let configuration = IngestConfiguration(inputs: [input])
    let killed = IngestStage(configuration, batchLines: 2, afterBatch: { throw Killed() })
    #expect(throws: Killed.self) { try fixture.stages.perform(killed) }
    try fixture.stages.perform(IngestStage(configuration))
    #expect(try reasons(fixture.stages) == ["-", "-", "unsupported_url", "-"])
    let database = try fixture.workspace.openDatabase(.reading)
    #expect(try fixture.workspace.imageKind(in: database) == .pictures)
    #expect(try fixture.workspace.imageKind() == .pictures)
    #expect(try StageFixture().workspace.imageKind() == nil)
  }

  /// Rows of the other kind that an earlier version let in fail in both readers.
  @Test func bothReadersFailRowsOfTheOtherKind() throws {
    let stages = try StageFixture()
    let path = try stages.manifest([0x61], name: "a.npy")
    let images = [
      PendingImage(locationID: 1, url: "precomp:a.npy#0", imageRoot: stages.folder.path),
      PendingImage(locationID: 2, url: "a.npy", imageRoot: stages.folder.path),
    ]
    let reader = try ImageReader(
      for: images, maximumBytes: 10, store: ContentStore(folder: stages.folder.path))
    var arrays = PrecomputedArrays(nil, of: stages.workspace)
    for (result, detail) in [
      (
        reader.bytes(of: images[0]).map { _ in () },
        "the URL names precomputed features, but the workspace is one of pictures"
      ),
      (
        try arrays.row(of: images[1]).map { _ in () },
        "the URL names pictures, but the workspace is one of precomputed features"
      ),
    ] {
      guard case .failure(let error) = result else {
        Issue.record("\(path) was read")
        continue
      }
      #expect(error.failure == RowFailure(.unsupportedURL, detail))
    }
  }

  @Test func aHalfMadeDatabaseDoesNotKeepAnIngestOut() throws {
    let stages = try StageFixture()
    let input = try stages.manifest(Array("a\ta.png\n".utf8))
    try stages.workspace.create(folder: stages.workspace.path)
    #expect(FileManager.default.createFile(atPath: stages.workspace.databasePath, contents: nil))
    #expect(try stages.perform(IngestStage(IngestConfiguration(inputs: [input]))).pairs == 1)
  }
}
