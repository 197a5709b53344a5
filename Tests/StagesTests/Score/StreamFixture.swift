import Audit
import Foundation
import Pairs
import Testing

@testable import Stages

/// A trained model, and manifests that are scored with it in other workspaces: with features stored, and
/// streamed.
struct StreamFixture {
  struct Killed: Error {}

  let trained: TrainedFixture

  /// Prepares and trains.
  init() throws {
    trained = try TrainedFixture()
    try trained.prepare()
    try trained.stages.perform(TrainStage(TrainedFixture.configuration))
  }

  var models: String { trained.workspace.modelsPath }
  var stages: StageFixture { trained.stages }

  func workspace(_ name: String) -> Workspace { Workspace(path: stages.folder.file(name)) }

  @discardableResult
  func perform<Kind: Stage>(
    _ stage: Kind, in workspace: Workspace, restarts: Bool = false
  ) throws -> Kind.Summary {
    try stage.perform(in: workspace, context: stages.context(restarts: restarts), command: "test")
  }

  /// Scores while looking at pictures, some locations at a time.
  func streaming(
    _ change: (inout ScoreConfiguration) -> Void = { _ in }, backbone: MeanColorBackbone? = nil,
    afterTransaction: @escaping @Sendable () throws -> Void = {}
  ) -> ScoreStage {
    var configuration = ScoreConfiguration(model: models, stream: true)
    change(&configuration)
    return ScoreStage(
      configuration,
      ScoreStage.Surroundings(
        locationsPerChunk: 50, backbone: backbone ?? trained.images.backbone,
        afterTransaction: afterTransaction))
  }

  /// Ingests harvested lines, and the trusted ones of the training.
  func ingest(_ lines: [(caption: String, name: String)], into workspace: Workspace) throws {
    let text = lines.map { "\($0.caption)\t\($0.name)\n" }.joined()
    let input = try stages.manifest(Array(text.utf8), name: "harvested.tsv")
    try perform(IngestStage(IngestConfiguration(inputs: [input])), in: workspace)
    try ingestTrusted(into: workspace)
  }

  func ingestTrusted(into workspace: Workspace) throws {
    let trusted = stages.folder.file("meta.tsv")
    try perform(
      IngestStage(IngestConfiguration(inputs: [trusted], role: .meta)), in: workspace)
  }

  /// Ingests, featurizes and scores: what streaming is compared with.
  func makeStored(_ lines: [(caption: String, name: String)], in workspace: Workspace) throws {
    try ingest(lines, into: workspace)
    try perform(trained.images.stage(), in: workspace)
    try perform(ScoreStage(ScoreConfiguration(model: models)), in: workspace)
  }

  /// 300 pictures with up to three captions, some of them the same picture under another name, and every
  /// way a picture can fail.
  ///
  /// - Parameter scattered: Whether the captions of a picture lie apart, or one after the other.
  func lines(scattered: Bool) throws -> [(caption: String, name: String)] {
    for (name, bytes) in FeaturizeFixture.mixture() {
      if let bytes { try stages.folder.write(bytes, to: "mixture-\(name)") }
    }
    var lines: [(caption: String, name: String)] = FeaturizeFixture.mixture().enumerated().map {
      ("caption \($0)", "mixture-\($1.name)")
    }
    var captions: [[(caption: String, name: String)]] = []
    for index in 0..<300 {
      let (color, value) = TrainedFixture.colors[index % 8]
      // Every tenth shows what the one before it shows.
      let shade = (index.isMultiple(of: 10) ? max(index - 8, 0) : index) / 8
      let name = "harvested-\(index).png"
      try stages.folder.write(
        GeneratedImage.png(
          color: (
            UInt8(clamping: value.0 + shade), UInt8(clamping: value.1), UInt8(clamping: value.2 + 1)
          )), to: name)
      captions.append(
        (0..<(1 + index % 3)).map { ("a \($0 == 1 ? "red" : color) picture \($0)", name) })
    }
    if scattered {
      for turn in 0..<3 { lines += captions.compactMap { turn < $0.count ? $0[turn] : nil } }
    } else {
      lines += captions.joined()
    }
    return lines
  }

  /// All that an audit says of its pairs, in manifest order, but for similarities and numbers of runs.
  func rows(_ workspace: Workspace) throws -> [String] {
    let database = try workspace.openDatabase(.reading)
    return try database.exportRows(
      ExportFilter(roles: Set(PairRole.allCases)), after: .start, limit: 100_000
    ).map { row in
      let picture = [
        row.imageSHA256, row.imageFormat, row.width?.description, row.height?.description,
      ]
      let fate = [row.status.rawValue, row.reason?.rawValue, row.detail]
      return (["\(row.key)", row.role.rawValue] + picture + fate).map { $0 ?? "-" }
        .joined(separator: " ")
    }
  }

  /// The similarities of all pairs, by number.
  func scores(_ workspace: Workspace) throws -> [PairScore] {
    let database = try workspace.openDatabase(.reading)
    let model = try #require(try database.publishedModel()).id
    return try database.scores(ofModel: model, roles: Set(PairRole.allCases), limit: 100_000)
  }

  func hashes(_ workspace: Workspace) throws -> [UInt64] {
    var hashes: [UInt64] = []
    try workspace.openDatabase(.reading).forEachHashedImage { hashes.append($0.hash) }
    return hashes
  }

  /// The counts of ended runs by command.
  func counts(_ workspace: Workspace) throws -> [String: [[String: Int]]] {
    Dictionary(
      grouping: try workspace.openDatabase(.reading).runs().filter { $0.endedAt != nil },
      by: \.command
    ).mapValues { $0.map(\.counts) }
  }

  func shardFiles(_ workspace: Workspace) -> [String] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: workspace.featuresPath)
    return (names ?? []).filter { $0 != "featurizer.json" }
  }

  /// The largest difference between the similarities of two networks over the same pairs.
  static func difference(_ one: [PairScore], _ other: [PairScore]) -> Double {
    guard one.map(\.pairID) == other.map(\.pairID) else { return .infinity }
    return zip(one, other).map {
      max(abs($0.similarityA - $1.similarityA), abs(($0.similarityB ?? 9) - ($1.similarityB ?? 9)))
    }.max() ?? .infinity
  }
}
