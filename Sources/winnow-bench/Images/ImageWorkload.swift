import Foundation
import Imaging
import Models
import Stages
import Tensors

/// The works on pictures, each done as the featurize stage does it.
struct ImageWorkload {
  /// Pictures whose features are compared with another runtime's.
  static let comparedPictures = 8

  let folder: PictureFolder
  /// The stage's configuration; its number of threads does not count.
  let configuration: FeaturizeConfiguration
  private let backbone: EfficientNetBackbone
  private let preprocessor: ImagePreprocessor
  /// The small pictures as the network takes them.
  private let inputs: [Tensor]

  /// - Throws: `LayersError` for bad weights, `ImageDecodeError`.
  init(
    _ folder: PictureFolder, _ configuration: FeaturizeConfiguration, weights: String
  ) throws {
    self.folder = folder
    self.configuration = configuration
    backbone = try EfficientNetBackbone(
      configuration.backbone.architecture, readingWeightsFrom: URL(filePath: weights))
    preprocessor = ImagePreprocessor(side: backbone.inputSize, fit: configuration.fit)
    let side = backbone.inputSize
    inputs = try Self.squares(folder.pictures(.small), preprocessor).map {
      Tensor($0.normalized, shape: [side, side, 3])
    }
  }

  private static func squares(
    _ files: [[UInt8]], _ preprocessor: ImagePreprocessor
  ) throws -> [RGBImage] {
    try files.map { try preprocessor.image(from: $0) }
  }

  private var fullPreprocessor: ImagePreprocessor {
    ImagePreprocessor(
      side: preprocessor.side, fit: preprocessor.fit, reducedDecodingMargin: nil)
  }

  /// Times a work.
  ///
  /// - Parameter sgemm: GFLOP/s of a 2048³ product with as many threads.
  func measure(
    _ work: ImageWork, threads: Int, repeats: Int, sgemm: Double
  ) throws -> ImageMeasurement {
    Machine.restartPeakMemory()
    let timing: RepeatedTiming
    var images = work.size.count
    var operations: (count: Int, sgemm: Double)?
    switch work {
    case .decodeSmall, .decodeMedium, .decodeLarge:
      timing = try decode(work.size, preprocessor, threads, repeats)
    case .fullDecodeLarge:
      timing = try decode(work.size, fullPreprocessor, threads, repeats)
    case .network:
      timing = runNetwork(threads, repeats)
      operations = (backbone.architecture.operations, sgemm)
    case .stageSmall, .stageMedium:
      let stage = try StageWorkload(
        work, pictures: folder.pictures(work.size), configuration: configuration)
      images = StageWorkload.files
      timing = RepeatedTiming(
        seconds: try (0..<repeats).map { _ in try stage.run(threads: threads) })
    }
    return ImageMeasurement(
      work, timing, images: images, operations: operations, peakMemory: Machine.peakMemory)
  }

  private func decode(
    _ size: PictureSize, _ preprocessor: ImagePreprocessor, _ threads: Int, _ repeats: Int
  ) throws -> RepeatedTiming {
    let files = folder.pictures(size)
    return try RepeatedTiming(repeats: repeats, prepare: {}) { _ in
      try Workers(threads).forEach(files.count) { index in
        _ = try preprocessor.image(from: files[index])
      }
    }
  }

  /// A thread takes a batch at a time, as in the stage.
  private func runNetwork(_ threads: Int, _ repeats: Int) -> RepeatedTiming {
    let batch = configuration.batch
    let groups = stride(from: 0, to: inputs.count, by: batch).map {
      Array(inputs[$0..<min($0 + batch, inputs.count)])
    }
    return RepeatedTiming(repeats: repeats, prepare: {}) { _ in
      Workers(threads).forEach(groups.count) { index in
        _ = backbone.features(of: groups[index], grid: configuration.grid, workers: .single)
      }
    }
  }

  /// How far reduced decoding is from decoding in full.
  func reducedDifference() throws -> PixelDifference {
    let files = folder.pictures(.large)
    return PixelDifference(
      of: try Self.squares(files, preprocessor), from: try Self.squares(files, fullPreprocessor),
      work: .fullDecodeLarge)
  }

  /// Lays down pictures and features for the twin.
  func writeResults() throws {
    var squares: [PictureSize: [UInt8]] = [:]
    for size in PictureSize.allCases {
      squares[size] = try Self.squares(folder.pictures(size), preprocessor).flatMap(\.pixels)
    }
    let features = backbone.features(
      of: Array(inputs.prefix(Self.comparedPictures)), grid: configuration.grid, workers: .single)
    try folder.write(squares: squares, features: features)
  }
}
