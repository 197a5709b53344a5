import Audit
import Foundation
import Imaging
import Pairs
import TestSupport
import Testing

@testable import Stages

/// Exports of tar archives.
@Suite struct SampleExportTests {
  private struct Killed: Error {}

  private let fixture: FeaturizeFixture
  private var stages: StageFixture { fixture.stages }
  private var folder: String { stages.folder.file("out") }

  init() throws { fixture = try FeaturizeFixture() }

  private func color(_ number: Int) -> [UInt8] {
    GeneratedImage.png(color: (UInt8(number * 9), 200, 10))
  }

  /// Pairs with a picture each, all kept.
  private func prepare(_ count: Int) throws {
    try fixture.ingest((0..<count).map { ("\($0).png", color($0)) })
    try stages.perform(fixture.stage())
    try stages.decide { _ in true }
  }

  @discardableResult
  private func export(
    _ change: (inout ExportConfiguration) -> Void = { _ in },
    _ surroundings: ExportStage.Surroundings = ExportStage.Surroundings()
  ) throws -> ExportSummary {
    var configuration = ExportConfiguration(output: folder, format: .webdataset)
    change(&configuration)
    return try stages.perform(ExportStage(configuration, surroundings))
  }

  private func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  /// Members of an archive by name, in order.
  private func members(_ archive: String) throws -> [(name: String, bytes: [UInt8])] {
    let bytes = try stages.folder.read("out/\(archive)")
    var members: [(String, [UInt8])] = []
    var offset = 0
    while bytes[offset] != 0 {
      let name = String(decoding: bytes[offset..<(offset + 100)].prefix { $0 != 0 }, as: UTF8.self)
      let size = try #require(
        Int(String(decoding: bytes[(offset + 124)..<(offset + 135)], as: UTF8.self), radix: 8))
      members.append((name, Array(bytes[(offset + 512)..<(offset + 512 + size)])))
      offset += 512 + (size + 511) / 512 * 512
    }
    #expect(bytes.count == offset + 1024 && bytes[offset...].allSatisfy { $0 == 0 })
    return members
  }

  private func object(_ bytes: [UInt8]) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
  }

  @Test func eachPairIsItsPictureCaptionAndRecord() throws {
    let jpeg = try JPEGEncoder(quality: 90).bytes(
      of: RGBImage(width: 20, height: 16, filledWith: (200, 10, 10)))
    try fixture.ingest([("a.png", color(1)), ("named.png", jpeg), ("gone.png", nil)])
    try stages.perform(fixture.stage())
    try stages.decide { $0.line == 2 }
    let summary = try export()
    #expect(summary.lines == 1 && summary.files == 1 && summary.leftOut == [:])
    #expect(try names() == [".winnow-export", "SHA256SUMS", "shard-00000.tar"])
    let found = try members("shard-00000.tar")
    let key = PairKey(url: Array("named.png".utf8), caption: Array("caption 1".utf8))
    // The extension is the content's, not the name's.
    #expect(found.map(\.name) == ["\(key).jpg", "\(key).txt", "\(key).json"])
    #expect(found[0].bytes == jpeg && found[1].bytes == Array("caption 1".utf8))
    let record = try object(found[2].bytes)
    #expect(record["key"] as? String == key.description && record["url"] as? String == "named.png")
    #expect(record["clean_probability"] as? Double == 0.75)
    #expect(record["reason"] as? String == "matched" && record["line"] as? Int == 2)
    #expect(record["width"] as? Int == 20 && record["height"] as? Int == 16)
    #expect(
      try stages.folder.read("out/SHA256SUMS")
        == Array(
          "\(SHA256Digest(ofFileAt: folder + "/shard-00000.tar"))  shard-00000.tar\n".utf8))
    #expect(try export { $0.decision = .rejected }.lines == 1)
    #expect(try members("shard-00000.tar")[0].bytes == color(1))
  }

  @Test func archivesHoldSoManyPairsAndAreTheSameEachTime() throws {
    try prepare(7)
    let summary = try export { $0.shardPairs = 3 }
    #expect(summary.lines == 7 && summary.files == 3)
    let archives = ["shard-00000.tar", "shard-00001.tar", "shard-00002.tar"]
    #expect(try names() == [".winnow-export", "SHA256SUMS"] + archives)
    #expect(try archives.map { try members($0).count } == [9, 9, 3])
    let first = try (archives + ["SHA256SUMS"]).map { try stages.folder.read("out/\($0)") }
    #expect(summary.bytes == first.dropLast().reduce(0) { $0 + $1.count })
    try export { $0.shardPairs = 3 }
    #expect(try (archives + ["SHA256SUMS"]).map { try stages.folder.read("out/\($0)") } == first)
    // Pages of another size decide nothing.
    try export({ $0.shardPairs = 3 }, ExportStage.Surroundings(pageSize: 2))
    #expect(try (archives + ["SHA256SUMS"]).map { try stages.folder.read("out/\($0)") } == first)
    // What a larger export left goes with it.
    try export { $0.shardPairs = 7 }
    #expect(try names() == [".winnow-export", "SHA256SUMS", "shard-00000.tar"])
  }

  @Test func anExportThatIsStoppedLeavesTheOlderOne() throws {
    try prepare(7)
    try export { $0.shardPairs = 4 }
    let names = try names()
    let before = try names.map { try stages.folder.read("out/\($0)") }
    let stopping = ExportStage.Surroundings(afterShard: { if $0 == 2 { throw Killed() } })
    #expect(throws: Killed.self) { try export({ $0.shardPairs = 2 }, stopping) }
    #expect(try self.names() == names)
    #expect(try names.map { try stages.folder.read("out/\($0)") } == before)
    // As a killed one leaves the folder: half-written files, and none of sums if it was the first.
    try stages.folder.write([1], to: "out/shard-00005.tar.partial-12-1")
    try FileManager.default.removeItem(atPath: folder + "/SHA256SUMS")
    try export { $0.shardPairs = 4 }
    #expect(try names.map { try stages.folder.read("out/\($0)") } == before)
    #expect(try self.names() == names)
  }

  @Test func aFolderWithOtherFilesIsLeftAlone() throws {
    try prepare(1)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try stages.folder.write([1], to: "out/shard-00000.tar")
    let foreign = #expect(throws: StagesError.self) { try export() }
    #expect(
      foreign?.description
        == "\(folder): holds shard-00000.tar, which is of no export; name a new folder, or an empty "
        + "one")
    #expect(try names() == ["shard-00000.tar"])
    try FileManager.default.removeItem(atPath: folder + "/shard-00000.tar")
    try export()
    // Something of the user's that came later.
    for name in ["notes.txt", "shard-1.tar", "shard-0000x.tar", "mine.partial-1-1"] {
      try stages.folder.write([1], to: "out/\(name)")
      let error = #expect(throws: StagesError.self) { try export() }
      #expect(error?.description.contains("holds \(name), which") == true)
      #expect(try stages.folder.read("out/\(name)") == [1])
      try FileManager.default.removeItem(atPath: folder + "/\(name)")
    }
    try export()
  }

  @Test func twoExportsDoNotMix() throws {
    try prepare(1)
    let held = try ExportFolder(path: folder)
    let error = #expect(throws: StagesError.self) { try export() }
    #expect(
      error?.description
        == "\(folder): being written to by another export; wait until it is done, or stop it")
    withExtendedLifetime(held) {}
  }

  @Test func anotherPictureThanWasJudgedIsNeverExported() throws {
    try prepare(4)
    try stages.folder.write(color(20), to: "1.png")
    try FileManager.default.removeItem(atPath: stages.folder.file("2.png"))
    let summary = try export()
    #expect(summary.lines == 2 && summary.leftOut == ["changed_image": 1, "missing_image": 1])
    #expect(
      summary.report.hasSuffix(
        "left out         2\n  changed_image  1\n  missing_image  1\ntime             0.0 s"),
      "\(summary.report)")
    let rows = String(
      decoding: try stages.folder.read("out/left-out.tsv"), as: UTF8.self
    ).split(separator: "\n")
    #expect(rows.count == 2)
    let key = PairKey(url: Array("1.png".utf8), caption: Array("caption 1".utf8))
    #expect(
      rows[0] == """
        \(key)\tchanged_image\t1.png: the picture was changed: its SHA-256 was \
        \(SHA256Digest(of: color(1))), now it is \(SHA256Digest(of: color(20)))
        """)
    #expect(rows[1].contains("\tmissing_image\t2.png: "))
    let sums = String(decoding: try stages.folder.read("out/SHA256SUMS"), as: UTF8.self)
    #expect(sums.contains("  left-out.tsv\n") && sums.contains("  shard-00000.tar\n"))
    // Once they are back, nothing is left of the list.
    for number in [1, 2] { try stages.folder.write(color(number), to: "\(number).png") }
    #expect(try export().lines == 4)
    #expect(try !names().contains("left-out.tsv"))
  }

  @Test func whereNoPictureIsThereTheOlderExportStays() throws {
    try prepare(2)
    try export()
    let before = try stages.folder.read("out/shard-00000.tar")
    for number in 0..<2 {
      try FileManager.default.removeItem(atPath: stages.folder.file("\(number).png"))
    }
    let error = #expect(throws: StagesError.self) { try export() }
    let text = try #require(error?.description)
    #expect(
      text.hasPrefix("\(folder): nothing was exported: none of the 2 pairs can be; the first, "))
    #expect(text.hasSuffix(": 0.png: No such file or directory"), "\(text)")
    #expect(try stages.folder.read("out/shard-00000.tar") == before)
    #expect(try names() == [".winnow-export", "SHA256SUMS", "shard-00000.tar"])
  }

  @Test func noPairIsAnEmptyArchive() throws {
    try prepare(2)
    let summary = try export { $0.decision = .rejected }
    #expect(summary.lines == 0 && summary.leftOut == [:])
    #expect(try stages.folder.read("out/shard-00000.tar") == [UInt8](repeating: 0, count: 1024))
  }

  @Test func failedPairsAreLeftOutOfAllWithTheirReason() throws {
    try fixture.ingest(FeaturizeFixture.mixture())
    try stages.perform(fixture.stage())
    let summary = try export { $0.decision = .all }
    let failed = try stages.outcomes().count { $0.contains("failed") }
    #expect(summary.leftOut.values.reduce(0, +) == failed)
    #expect(summary.lines == FeaturizeFixture.mixture().count - failed && failed > 5)
    #expect(summary.leftOut["missing_image"] == 1 && summary.leftOut["unsupported_format"] == 2)
  }

  @Test func keysAreNewWithinAnExport() throws {
    try stages.folder.write(color(1), to: "a.png")
    let line = "it's \"#2\"\ta.png\n"
    for (name, count) in [("1.tsv", 2), ("2.tsv", 1), ("meta.tsv", 1), ("3.tsv", 2)] {
      let input = try stages.manifest(
        Array(String(repeating: line, count: count).utf8), name: name)
      let role: PairRole = name == "meta.tsv" ? .meta : .train
      try stages.perform(IngestStage(IngestConfiguration(inputs: [input], role: role)))
    }
    try stages.perform(fixture.stage())
    try stages.decide { _ in true }
    try export()
    let key = PairKey(url: Array("a.png".utf8), caption: Array("it's \"#2\"".utf8))
    let found = try members("shard-00000.tar")
    #expect(
      found.map(\.name).filter { $0.hasSuffix(".png") } == [
        "\(key).png", "\(key)#2.png", "\(key)#3.png", "\(key)#4.png", "\(key)#5.png",
      ])
    // The record says which pair it is.
    let last = try object(try #require(found.last).bytes)
    #expect(last["key"] as? String == "\(key)#2" && last["line"] as? Int == 2)
    #expect((last["source"] as? String)?.hasSuffix("/3.tsv") == true)
  }

  @Test func anExportIsIngestedAgain() throws {
    var builder = TarBuilder()
    for number in 0..<3 {
      builder.add("\(number).png", color(number))
      builder.add(
        "\(number).json", Array(#"{"caption":"c\#(number)","url":"https://h/\#(number)"}"#.utf8))
    }
    let input = try stages.folder.write(builder.finished, to: "in.tar")
    try stages.perform(IngestStage(IngestConfiguration(inputs: [input], format: .webdataset)))
    try stages.perform(fixture.stage())
    try stages.decide { _ in true }
    try export { $0.shardPairs = 2 }

    let other = try FeaturizeFixture()
    let summary = try other.stages.perform(
      IngestStage(
        IngestConfiguration(
          inputs: ["00000", "00001"].map { "\(folder)/shard-\($0).tar" }, format: .webdataset)))
    #expect(summary.pairs == 3 && summary.failed == [:])
    try other.stages.perform(other.stage())
    let (before, after) = (try fixture.featurized(), try other.featurized())
    #expect(after.map(\.key) == before.map(\.key) && after.map(\.caption) == before.map(\.caption))
    #expect(after.map(\.imageDigest) == before.map(\.imageDigest))
  }

  @Test func precomputedFeaturesAreNoPictures() throws {
    let precomputed = try PrecomputedFixture()
    try precomputed.writeFeatures("train", images: 0..<1)
    try precomputed.writeCaptions("train", images: 0..<1)
    _ = try precomputed.ingest()
    let error = #expect(throws: StagesError.self) {
      try precomputed.stages.perform(
        ExportStage(ExportConfiguration(output: folder, format: .webdataset, decision: .all)))
    }
    #expect(
      error?.description
        == "export: format: webdataset holds pictures, and the workspace has precomputed features; "
        + "export them with precomp")
    #expect(!FileManager.default.fileExists(atPath: folder))
  }
}
