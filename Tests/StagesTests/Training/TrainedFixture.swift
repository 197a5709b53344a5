import Audit
import Foundation
import Pairs

@testable import Stages

/// A workspace of small coloured pictures whose captions name their colour; of the harvested ones
/// every fourth names another.
struct TrainedFixture {
  static let colors: [(name: String, value: (Int, Int, Int))] = [
    ("red", (230, 20, 20)), ("green", (20, 200, 20)), ("blue", (20, 20, 230)),
    ("yellow", (230, 220, 20)), ("white", (240, 240, 240)), ("black", (15, 15, 15)),
    ("purple", (140, 20, 160)), ("cyan", (20, 210, 220)),
  ]
  static let harvested = 96
  static let trusted = 56
  static let dev = 16

  let images: FeaturizeFixture
  var stages: StageFixture { images.stages }
  var workspace: Workspace { images.workspace }

  init() throws { images = try FeaturizeFixture() }

  /// Ingests all roles and featurizes.
  func prepare(trusted: Int = Self.trusted) throws {
    var truth: [TruthRecord] = []
    for (role, count) in [
      (PairRole.train, Self.harvested), (.meta, trusted), (.dev, Self.dev),
    ] where count > 0 {
      var lines = ""
      for index in 0..<count {
        let isMatch = role != .train || !index.isMultiple(of: 4)
        let name = "\(role.rawValue)-\(index).png"
        let caption = "a \(Self.color(isMatch ? index : index + 3).name) picture"
        try stages.folder.write(Self.picture(index), to: name)
        lines += "\(caption)\t\(name)\n"
        if role == .train {
          truth.append(
            TruthRecord(
              key: PairKey(url: Array(name.utf8), caption: Array(caption.utf8)),
              isMatch: isMatch, originalLine: index + 1))
        }
      }
      let input = try stages.manifest(Array(lines.utf8), name: "\(role.rawValue).tsv")
      try stages.perform(IngestStage(IngestConfiguration(inputs: [input], role: role)))
    }
    try TruthFile.write(truth, to: truthPath)
    try stages.perform(images.stage())
  }

  var truthPath: String { stages.folder.file("truth.tsv") }

  /// Small networks and few epochs.
  static var configuration: TrainConfiguration {
    var configuration = TrainConfiguration(seed: 5)
    configuration.embedSize = 16
    configuration.similarityDimension = 8
    configuration.warmupEpochs = 4
    configuration.warmupRate = 0.005
    configuration.epochs = 1
    configuration.minimumCount = 1
    return configuration
  }

  /// Trains and scores.
  @discardableResult
  func score() throws -> ScoreSummary {
    try stages.perform(TrainStage(Self.configuration))
    return try stages.perform(ScoreStage(ScoreConfiguration()))
  }

  func outcomes(_ role: PairRole = .train) throws -> [PairOutcome] {
    try workspace.openDatabase(.reading).outcomes(roles: [role], limit: 1000)
  }

  private static func color(_ index: Int) -> (name: String, value: (Int, Int, Int)) {
    colors[index % colors.count]
  }

  /// No two pictures of a colour are the same.
  private static func picture(_ index: Int) -> [UInt8] {
    let shade = index / colors.count % 15
    let value = color(index).value
    return GeneratedImage.png(
      color: (UInt8(value.0 + shade), UInt8(value.1 - shade), UInt8(value.2 + shade)))
  }
}
