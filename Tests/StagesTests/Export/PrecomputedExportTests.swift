import Audit
import Foundation
import Layers
import Pairs
import TestSupport
import Testing

@testable import Stages

/// Exports of arrays of features.
@Suite struct PrecomputedExportTests {
  private func export(
    _ stages: StageFixture, _ change: (inout ExportConfiguration) -> Void = { _ in }
  ) throws -> ExportSummary {
    var configuration = ExportConfiguration(
      output: stages.folder.file("out"), format: .precomp, decision: .all)
    change(&configuration)
    return try stages.perform(ExportStage(configuration))
  }

  private func array(_ stages: StageFixture, _ role: String = "train") throws -> NumPyFile {
    try NumPyFile(contentsOf: URL(filePath: stages.folder.file("out/\(role)_ims.npy")))
  }

  private func lines(_ stages: StageFixture, _ name: String) throws -> [String] {
    let text = String(decoding: try stages.folder.read("out/\(name)"), as: UTF8.self)
    #expect(text.hasSuffix("\n"))
    return text.dropLast().split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  @Test func everyCaptionHasItsRow() throws {
    let fixture = try FeaturizeFixture()
    var images = FeaturizeFixture.mixture()
    images.append(("last.png", GeneratedImage.png(color: (9, 9, 9))))
    try fixture.ingest(images)
    try fixture.stages.perform(fixture.stage())
    let summary = try export(fixture.stages)
    let pairs = try fixture.featurized()
    #expect(summary.lines == pairs.count && summary.leftOut["missing_image"] == 1)
    #expect(summary.files == 4 && summary.lines + summary.leftOut.values.reduce(0, +) == 18)
    let array = try array(fixture.stages)
    // Two pairs of one picture have a row each.
    #expect(array.shape == [pairs.count, 4, 3] && array.elementType == .float32)
    let store = try FeatureStore(of: fixture.workspace)
    #expect(
      array.features(0..<pairs.count)
        == (try store.features(at: pairs.map(\.features)).elements))
    #expect(try lines(fixture.stages, "train_caps.txt") == pairs.map(\.caption))
    #expect(try lines(fixture.stages, "train_keys.txt") == pairs.map(\.key.description))
    let left = try lines(fixture.stages, "left-out.tsv")
    #expect(left.count == summary.leftOut.values.reduce(0, +))
    let sums = try lines(fixture.stages, "SHA256SUMS").map { String($0.dropFirst(66)) }
    #expect(sums == ["left-out.tsv", "train_caps.txt", "train_ims.npy", "train_keys.txt"])
    let first = try sums.map { try fixture.stages.folder.read("out/\($0)") }
    _ = try export(fixture.stages)
    #expect(try sums.map { try fixture.stages.folder.read("out/\($0)") } == first)
  }

  @Test func fiveCaptionsOfAnImageStayTogetherAndComeBack() throws {
    let fixture = try PrecomputedFixture()
    try fixture.writeAll()
    _ = try fixture.ingest()
    let summary = try export(fixture.stages) { $0.roles = [.test, .train, .dev] }
    #expect(summary.lines == 5 * (16 + 4 + 3) && summary.files == 9)
    #expect(try array(fixture.stages, "test").shape == [3, 36, 2048])
    #expect(
      try array(fixture.stages, "train").features(0..<16)
        == (0..<16).flatMap(PrecomputedFixture.features))

    let other = try StageFixture()
    try other.perform(
      IngestStage(
        IngestConfiguration(
          inputs: [fixture.stages.folder.file("out")], format: .precomp, splits: [.train, .test])))
    for role in [PairRole.train, .test] {
      let (before, after) = try (
        fixture.workspace.openDatabase(.reading).featurizedPairs(roles: [role], limit: 1000),
        other.workspace.openDatabase(.reading).featurizedPairs(roles: [role], limit: 1000)
      )
      #expect(after.map(\.caption) == before.map(\.caption))
      #expect(after.map(\.key) == before.map(\.key))
    }
  }

  @Test func afterPairsWereTakenAwayEachCaptionHasARow() throws {
    let fixture = try PrecomputedFixture()
    try fixture.writeFeatures("train", images: 0..<3)
    try fixture.writeCaptions("train", images: 0..<3)
    _ = try fixture.ingest()
    try fixture.stages.decide { $0.line != 7 }
    let summary = try export(fixture.stages) { $0.decision = .kept }
    #expect(summary.lines == 14)
    let array = try array(fixture.stages)
    #expect(array.shape == [14, 36, 2048])
    let images = [0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2]
    #expect(array.features(0..<14) == images.flatMap(PrecomputedFixture.features))
    let other = try StageFixture()
    let again = try other.perform(
      IngestStage(
        IngestConfiguration(inputs: [fixture.stages.folder.file("out")], format: .precomp)))
    #expect(again.pairs == 14 && again.features?.featurized == 3)
  }

  @Test func layoutsAreFoundByTheImagesAlone() {
    func layout(_ images: [Int64]) -> CaptionLayout {
      var layout = CaptionLayout()
      for image in images { layout.add(image) }
      return layout
    }
    #expect(layout([1, 1, 1, 1, 1, 2, 2, 2, 2, 2]).captionsPerRow == 5)
    #expect(layout([1, 1, 1, 1, 1, 2, 2, 2, 2, 2]).rows == 2)
    // Two files of one content, five captions each.
    #expect(layout(Array(repeating: 1, count: 10)).rows == 2)
    #expect(layout([1, 1, 1, 1, 2]).rows == 5)
    #expect(layout([1, 1, 1, 1, 1, 2]).rows == 6)
    #expect(layout([1, 1, 1, 2, 2, 2, 2, 2, 1, 1]).rows == 10)
    #expect(layout([1]).rows == 1)
  }

  @Test func captionsBreakNoLine() throws {
    let fixture = try FeaturizeFixture()
    try fixture.stages.folder.write(GeneratedImage.png(color: (9, 9, 9)), to: "a.png")
    let captions = ["a\rb", "c\u{2028}d\u{85}", "\u{FEFF}e\u{1C}f\u{C}", "plain \u{202E}g"]
    let input = try fixture.stages.manifest(
      captions.flatMap { Array("\($0)\ta.png\n".utf8) })
    try fixture.stages.perform(IngestStage(IngestConfiguration(inputs: [input])))
    try fixture.stages.perform(fixture.stage())
    #expect(try export(fixture.stages).lines == 4)
    let text = String(
      decoding: try fixture.stages.folder.read("out/train_caps.txt"), as: UTF8.self)
    #expect(text == "a b\nc d \n e f \nplain \u{202E}g\n")
  }

  @Test func anArrayOfNothingIsRefused() throws {
    let fixture = try FeaturizeFixture()
    try fixture.ingest([("a.png", GeneratedImage.png(color: (9, 9, 9)))])
    let path = fixture.workspace.path
    let none = #expect(throws: StagesError.self) { try export(fixture.stages) }
    #expect(
      none?.description
        == "\(path): no image was featurized yet; run: winnow-featurize --workspace \(path)")
    try fixture.stages.perform(fixture.stage())
    try fixture.stages.decide { _ in true }
    let error = #expect(throws: StagesError.self) {
      try export(fixture.stages) { $0.decision = .rejected }
    }
    let output = fixture.stages.folder.file("out")
    #expect(
      error?.description
        == "\(output): nothing was exported: there is no rejected pair of the role train with "
        + "features, and an array of none cannot be read")
    #expect(!FileManager.default.fileExists(atPath: output))
  }
}
