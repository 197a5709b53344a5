import Audit
import Foundation
import Pairs
import TestSupport
import Testing

@testable import Stages

@Suite struct SampleIngestTests {
  private struct Killed: Error {}

  private let fixture: FeaturizeFixture
  private var stages: StageFixture { fixture.stages }

  init() throws {
    fixture = try FeaturizeFixture()
  }

  private func archive(_ name: String, _ numbers: Range<Int>) throws -> String {
    var builder = TarBuilder()
    for number in numbers {
      builder.add("\(number).png", GeneratedImage.png(color: (UInt8(number * 9), 200, 10)))
      builder.add("\(number).txt", Array("caption \(number)".utf8))
    }
    builder.add("../out.png", [1])
    return try stages.folder.write(builder.finished, to: name)
  }

  private func configuration(_ input: String) -> IngestConfiguration {
    IngestConfiguration(inputs: [input], format: .webdataset)
  }

  @Test func picturesOfArchivesAreFeaturizedWithoutFetching() throws {
    _ = try archive("00000.tar", 0..<3)
    _ = try archive("00001.tar", 3..<5)
    let pattern = stages.folder.file("*.tar")
    let summary = try stages.perform(IngestStage(configuration(pattern)))
    #expect(summary.sources == 2 && summary.addedLines == 7 && summary.pairs == 5)
    #expect(summary.failed == ["unsafe_path": 2])
    let database = try stages.workspace.openDatabase(.reading)
    let progress = try database.fetchProgress()
    #expect((progress.total, progress.fetched) == (5, 5))
    try stages.perform(fixture.stage())
    #expect(try fixture.featurized().map(\.pairID) == [1, 2, 3, 5, 6])
    let before = try stages.outcomes()
    // The archives are not needed any more, and there is nothing to fetch or to fetch anew.
    try stages.perform(FetchStage(FetchConfiguration()))
    try stages.perform(FetchStage(FetchConfiguration()), restarts: true)
    #expect(try stages.outcomes() == before)
    #expect(try stages.perform(IngestStage(configuration(pattern))).addedLines == 0)
    try stages.perform(fixture.stage(), restarts: true)
    #expect(try fixture.featurized().count == 5)
  }

  /// Each picture is copied by the shard of its line alone.
  @Test func shardsOfArchivesHaveTheirOwnPicturesAlone() throws {
    let path = try archive("00000.tar", 0..<9)
    try stages.perform(IngestStage(configuration(path)))
    let all = try stages.workspace.openDatabase(.reading).pairCount()
    var lines = 0
    var pictures = 0
    for index in 0..<3 {
      let shard = try StageFixture()
      var configuration = configuration(path)
      configuration.shard = ManifestShards([index], of: 3)
      let summary = try shard.perform(IngestStage(configuration))
      lines += summary.addedLines
      let stored = try FileManager.default.subpathsOfDirectory(
        atPath: shard.workspace.imagesPath
      ).filter { !$0.hasPrefix(".") && $0.count > 60 }
      #expect(stored.count == summary.pairs)
      pictures += stored.count
    }
    #expect(lines == all && pictures == 9)
  }

  @Test func aKilledImportEndsAsAnUndisturbedOne() throws {
    let path = try archive("00000.tar", 0..<9)
    let killed = IngestStage(configuration(path), batchLines: 4, afterBatch: { throw Killed() })
    #expect(throws: Killed.self) { try stages.perform(killed) }
    #expect(try stages.outcomes().count == 4)
    try stages.perform(IngestStage(configuration(path)))
    let other = try FeaturizeFixture()
    try FileManager.default.copyItem(atPath: path, toPath: other.stages.folder.file("00000.tar"))
    try other.stages.perform(IngestStage(configuration(other.stages.folder.file("00000.tar"))))
    #expect(try stages.outcomes() == other.stages.outcomes())
    for fixture in [fixture, other] { try fixture.stages.perform(fixture.stage()) }
    #expect(try fixture.shards() == other.shards())
  }

  /// A stored picture that is gone, cut or another stops featurizing before anything is made of it, and
  /// comes again from its archive.
  @Test(arguments: 0..<3) func aDamagedStoredPictureComesAgain(damage: Int) throws {
    let path = try archive("00000.tar", 0..<6)
    let undamaged = try FeaturizeFixture()
    for fixture in [fixture, undamaged] {
      try fixture.stages.perform(IngestStage(configuration(path)))
    }
    try undamaged.stages.perform(undamaged.stage())
    let picture = GeneratedImage.png(color: (45, 200, 10))
    let digest = SHA256Digest(of: picture).description
    let stored = "images/\(digest.prefix(2))/\(digest)"
    switch damage {
    case 0:
      try FileManager.default.removeItem(atPath: stages.workspace.path + "/" + stored)
    case 1: try stages.folder.write(picture.dropLast(9), to: "run/" + stored)
    default:
      try stages.folder.write(GeneratedImage.png(color: (1, 1, 1)), to: "run/" + stored)
    }
    let error = #expect(throws: StagesError.self) { try stages.perform(fixture.stage()) }
    #expect(
      error?.description
        == "\(stages.workspace.path)/\(stored): is gone or not what was stored (stored pictures in "
        + "this state: 1); to have them again, run winnow-ingest of the archives that they came in, "
        + "then winnow-featurize")
    try stages.perform(IngestStage(configuration(path)))
    try stages.perform(fixture.stage())
    #expect(try fixture.shards() == undamaged.shards())
    #expect(try stages.outcomes() == undamaged.stages.outcomes())
  }

  /// The table has 130 rows, 44 of them failed; of the others only one is in the archive here.
  @Test func rowsOfTheTableAreRowsOfTheAudit() throws {
    let dataset = stages.folder.file("dataset")
    try FileManager.default.createDirectory(atPath: dataset, withIntermediateDirectories: true)
    let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../ParquetTests/Fixtures/img2dataset.parquet")
    try FileManager.default.copyItem(
      atPath: fixtures.standardizedFileURL.path, toPath: dataset + "/00000.parquet")
    var builder = TarBuilder()
    builder.add("000000001.png", GeneratedImage.png(color: (1, 2, 3)))
    builder.add("000000001.txt", Array("a caption".utf8))
    builder.add(
      "000000001.json", Array(#"{"url": "https://images.example.org/01/00001.jpg"}"#.utf8))
    try stages.folder.write(builder.finished, to: "dataset/00000.tar")
    let summary = try stages.perform(
      IngestStage(IngestConfiguration(inputs: [dataset], format: .img2dataset)))
    #expect(summary.addedLines == 130 && summary.pairs == 1)
    #expect(summary.failed == ["empty_caption": 39, "http_error": 33, "missing_image": 57])
    try stages.perform(fixture.stage())
    #expect(try fixture.featurized().map(\.pairID) == [1])
    // A table that is none stops the run.
    try stages.folder.write(Array("no table".utf8), to: "dataset/00000.parquet")
    #expect(throws: (any Error).self) {
      try stages.perform(
        IngestStage(IngestConfiguration(inputs: [dataset], format: .img2dataset)), restarts: true)
    }
  }

  @Test func whatIsNoArchiveIsAnError() throws {
    let text = try stages.folder.write(Array(repeating: 0x41, count: 2000), to: "text.tar")
    let error = #expect(throws: StagesError.self) {
      try stages.perform(IngestStage(configuration(text)))
    }
    #expect(
      error?.description
        == "\(text): is no tar archive: text.tar: a header's checksum is no number")
    let none = stages.folder.file("none-*.tar")
    let missing = #expect(throws: StagesError.self) {
      try stages.perform(IngestStage(configuration(none)))
    }
    #expect(
      missing?.description
        == "\(none): there is no such archive; quote a pattern such as '*.tar'")
    let folder = #expect(throws: StagesError.self) {
      try stages.perform(
        IngestStage(IngestConfiguration(inputs: [stages.folder.path], format: .img2dataset)))
    }
    #expect(
      folder?.description
        == "\(stages.folder.path): holds no shard of img2dataset, such as 00000.tar or 00000/; name"
        + " its output_folder")
    #expect(!FileManager.default.fileExists(atPath: stages.workspace.path))
  }

  @Test func optionsOfOtherFormatsAreRefused() {
    for configuration in [
      IngestConfiguration(inputs: ["a"], format: .webdataset, columns: .urlCaption),
      IngestConfiguration(inputs: ["a"], format: .img2dataset, splits: [.train]),
      IngestConfiguration(inputs: ["a"], format: .img2dataset, imageRoot: "x"),
    ] {
      #expect(throws: StagesError.self) { try configuration.validate() }
    }
  }
}
