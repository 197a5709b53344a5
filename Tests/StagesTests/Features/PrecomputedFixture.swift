import Foundation
import Pairs
import TestSupport

@testable import Stages

/// A folder of precomputed features as the published code expects it, and a workspace.
///
/// The features of an image have the real shape, 36 regions of 2048 numbers; each number is a
/// function of its place, so that a test knows what must be read.
struct PrecomputedFixture {
  static let regions = 36
  static let dimension = 2048

  let stages: StageFixture
  let folder: ScratchFolder

  init() throws {
    stages = try StageFixture()
    folder = try ScratchFolder()
  }

  var workspace: Workspace { stages.workspace }

  /// The features of one image: [regions × dimension].
  static func features(_ image: Int) -> [Float] {
    (0..<(regions * dimension)).map { place in
      let (region, number) = (place / dimension, place % dimension)
      return number % 16 == image % 16 ? 1 : Float((region + 3 * number + image) % 7) / 64
    }
  }

  static func caption(_ image: Int, _ index: Int) -> String {
    "picture \(["of", "with", "showing", "and", "near"][index % 5]) word\(image % 16) number \(image)"
  }

  /// Writes the features of images, each `repeats` times.
  @discardableResult
  func writeFeatures(_ split: String, images: Range<Int>, repeats: Int = 1) throws -> String {
    let rows = images.flatMap { Array(repeating: Self.features($0), count: repeats) }
    return try folder.write(
      NumPyBuilder(shape: [rows.count, Self.regions, Self.dimension]).file(rows.flatMap { $0 }),
      to: "\(split)_ims.npy")
  }

  /// Writes five captions for each image.
  @discardableResult
  func writeCaptions(_ split: String, images: Range<Int>) throws -> String {
    let lines = images.flatMap { image in (0..<5).map { Self.caption(image, $0) + "\n" } }
    return try folder.write(Array(lines.joined().utf8), to: "\(split)_caps.txt")
  }

  /// All four splits, the dev features five times as some distributions have them.
  func writeAll() throws {
    for (split, images, repeats) in [
      ("train", 0..<16, 1), ("meta", 16..<27, 1), ("dev", 27..<31, 5), ("test", 31..<34, 1),
    ] {
      try writeFeatures(split, images: images, repeats: repeats)
      try writeCaptions(split, images: images)
    }
  }

  func ingest(_ splits: [PairRole]? = nil, restarts: Bool = false) throws -> IngestSummary {
    try stages.perform(
      IngestStage(
        IngestConfiguration(inputs: [folder.path], format: .precomp, splits: splits)),
      restarts: restarts)
  }

  /// Ingests and says what stopped it.
  func problem(_ splits: [PairRole]? = nil) -> String {
    do {
      _ = try ingest(splits)
      return "nothing"
    } catch { return "\(error)" }
  }

  static var configuration: TrainConfiguration {
    var configuration = TrainConfiguration(recipe: .published, seed: 5)
    configuration.embedSize = 16
    configuration.similarityDimension = 8
    configuration.warmupEpochs = 1
    configuration.epochs = 1
    configuration.minimumCount = 1
    return configuration
  }
}
