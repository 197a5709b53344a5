import Audit
import Foundation
import Pairs

@testable import Stages

/// A workspace whose scores are given, not computed: for rules that ask what pairs are.
struct ContentFixture {
  /// A line of the manifest and its score.
  struct Line {
    var caption: String
    var image: String
    var similarity = 0.8
  }

  let images: FeaturizeFixture
  private(set) var lines: [Line] = []

  /// Ingests, featurizes and scores.
  init(_ lines: [Line], files: [String: [UInt8]]) throws {
    images = try FeaturizeFixture()
    try add(lines, files: files, manifest: "m.tsv")
  }

  /// Ingests a further manifest, featurizes and scores.
  mutating func add(_ lines: [Line], files: [String: [UInt8]], manifest: String) throws {
    self.lines += lines
    for (name, bytes) in files { try images.stages.folder.write(bytes, to: name) }
    let text = lines.map { "\($0.caption)\t\($0.image)\n" }.joined()
    let input = try images.stages.manifest(Array(text.utf8), name: manifest)
    try images.stages.perform(IngestStage(IngestConfiguration(inputs: [input])))
    try images.stages.perform(images.stage())
    try score()
  }

  private func score() throws {
    let database = try images.workspace.openDatabase(.writing)
    let run = try database.beginRun(
      RunRequest(
        command: "score", configuration: "{}", programVersion: "test", seed: nil,
        startedAt: Date(timeIntervalSince1970: 0)))
    let model = try database.modelID(named: "given")
    let pairs = try database.featurizedPairs(roles: [.train], limit: 1000)
    let scores = pairs.map { pair -> PairScore in
      let similarity = lines[Int(pair.pairID) - 1].similarity
      return PairScore(pairID: pair.pairID, similarityA: similarity, similarityB: similarity)
    }
    try database.store(scores, model: model, run: run)
    try database.publishScores(ofModel: model)
    try database.close()
    let high = NetworkSimilarities(a: [0.7, 0.8, 0.9], b: [0.7, 0.8, 0.9])
    let low = NetworkSimilarities(a: [0.1, 0.2, 0.3], b: [0.1, 0.2, 0.3])
    let calibration = Calibration(
      model: "given", matched: high, mismatched: low, devMatched: high, devMismatched: low)
    let folder = ModelFolder(workspace: images.workspace)
    try FileManager.default.createDirectory(
      atPath: (folder.calibrationPath as NSString).deletingLastPathComponent,
      withIntermediateDirectories: true)
    try JSONEncoder().encode(calibration).write(to: URL(filePath: folder.calibrationPath))
  }

  /// A stage that purifies at a similarity of 0.5 and these rules.
  func stage(
    _ change: (inout ContentRules) -> Void,
    in surroundings: PurifyStage.Surroundings = PurifyStage.Surroundings()
  ) -> PurifyStage {
    var configuration = PurifyConfiguration()
    configuration.threshold = 0.5
    change(&configuration.content)
    return PurifyStage(configuration, surroundings)
  }

  /// Purifies at a similarity of 0.5 and these rules.
  @discardableResult
  func purify(_ change: (inout ContentRules) -> Void) throws -> PurifySummary {
    try images.stages.perform(stage(change))
  }

  /// The images that groups are made of.
  func hashedImages() throws -> [AuditDatabase.HashedImage] {
    var images: [AuditDatabase.HashedImage] = []
    try self.images.workspace.openDatabase(.reading).forEachHashedImage { images.append($0) }
    return images
  }

  /// What became of each line: `matched`, or the reason and what was found.
  func outcomes() throws -> [String] {
    let database = try images.workspace.openDatabase(.reading)
    return try database.exportRows(
      ExportFilter(roles: [.train]), after: .start, limit: 1000
    ).map { row in
      let reason = row.reason?.rawValue ?? "-"
      return row.detail.map { "\(reason): \($0)" } ?? reason
    }
  }
}
