import Audit
import Foundation
import Pairs

@testable import Stages

/// A workspace over a folder of generated images, good and bad.
struct FeaturizeFixture {
  struct Killed: Error {}

  let stages: StageFixture
  let backbone: MeanColorBackbone

  init(backbone: MeanColorBackbone = MeanColorBackbone()) throws {
    stages = try StageFixture()
    self.backbone = backbone
  }

  var workspace: Workspace { stages.workspace }

  /// Ingests a manifest with one line for each name; files are written for those with bytes.
  func ingest(_ images: [(name: String, bytes: [UInt8]?)], manifest: String = "m.tsv") throws {
    var lines = ""
    for (index, image) in images.enumerated() {
      if let bytes = image.bytes { try stages.folder.write(bytes, to: image.name) }
      lines += "caption \(index)\t\(image.name)\n"
    }
    let input = try stages.manifest(Array(lines.utf8), name: manifest)
    try stages.perform(IngestStage(IngestConfiguration(inputs: [input])))
  }

  func stage(
    _ configuration: FeaturizeConfiguration = FeaturizeConfiguration(grid: 2, workers: 2, batch: 2),
    freeBytes: Int64 = .max, afterShard: @escaping @Sendable (Int) throws -> Void = { _ in },
    afterChunk: @escaping @Sendable () throws -> Void = {}
  ) -> FeaturizeStage {
    FeaturizeStage(
      configuration,
      FeaturizeStage.Surroundings(
        locationsPerShard: 4, backbone: backbone, freeBytes: { _ in freeBytes },
        afterShard: afterShard, afterChunk: afterChunk))
  }

  /// Names and bytes of everything in `features/`.
  func shards() throws -> [String: [UInt8]] {
    let names = try FileManager.default.contentsOfDirectory(atPath: workspace.featuresPath)
    return try Dictionary(
      uniqueKeysWithValues: names.map { ($0, try stages.folder.read("run/features/\($0)")) })
  }

  func featurized() throws -> [FeaturizedPair] {
    try workspace.openDatabase(.reading).featurizedPairs(roles: [.train], limit: 1000)
  }

  /// Each name with a colour of its own, some shared, some bad: every way a location can end.
  static func mixture() -> [(name: String, bytes: [UInt8]?)] {
    let good = (0..<7).map { GeneratedImage.png(color: (UInt8($0 * 30), 200, 10)) }
    var corrupt = good[0]
    corrupt[corrupt.count / 2] ^= 0x55
    return [
      ("a.png", good[0]), ("b.png", good[1]), ("missing.png", nil), ("a-again.png", good[0]),
      ("text.jpg", Array("gone, sorry\n".utf8)), ("cut.png", Array(good[2].prefix(1500))),
      ("c.jpg", good[2]), ("corrupt.png", corrupt), ("huge.png", GeneratedImage.oversized()),
      ("empty.png", []), ("text-again.jpg", Array("gone, sorry\n".utf8)),
      ("tiny.png", GeneratedImage.png(width: 1, height: 1, color: (1, 2, 3))),
      ("d.png", good[3]), ("e.png", good[4]), ("b-again.png", good[1]), ("f.png", good[5]),
      ("g.png", good[6]),
    ]
  }
}
