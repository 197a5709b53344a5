import Audit
import Foundation
import Imaging
import Models

/// An image network behind a preprocessor, as a configuration asks for them.
struct LoadedFeaturizer {
  let configuration: FeaturizeConfiguration
  let description: FeaturizerDescription
  private let backbone: any ImageBackbone
  private let preprocessor: ImagePreprocessor

  /// Reads the weights.
  ///
  /// - Parameter given: A network in place of the one that the configuration names.
  /// - Throws: `LayersError` for bad weights.
  init(_ configuration: FeaturizeConfiguration, backbone given: (any ImageBackbone)?) throws {
    self.configuration = configuration
    backbone =
      try given
      ?? EfficientNetBackbone(
        configuration.backbone.architecture,
        readingWeightsFrom: URL(fileURLWithPath: configuration.weightsPath))
    preprocessor = ImagePreprocessor(
      side: backbone.inputSize, fit: configuration.fit, limits: configuration.limits)
    description = FeaturizerDescription(
      backbone: backbone, preprocessor: preprocessor, grid: configuration.grid,
      precision: configuration.precision)
  }

  /// What makes features of a workspace's images.
  func images(in database: AuditDatabase) -> ImageFeaturizer {
    ImageFeaturizer(
      backbone: backbone, preprocessor: preprocessor, grid: configuration.grid,
      precision: configuration.precision, database: database)
  }
}

extension FeaturizeConfiguration {
  /// - Throws: `StagesError.file` when the weights are not there.
  func requireWeights() throws(StagesError) {
    guard !FileManager.default.isReadableFile(atPath: weightsPath) else { return }
    throw .file(
      path: weightsPath,
      problem: "there are no \(backbone.rawValue) weights; "
        + (backbone == .lite0
          ? "run `make setup` in the project's folder, or name the file with --weights"
          : "run `make weights BACKBONES=\(backbone.rawValue)` in the project's "
            + "folder, or name the file with --weights"))
  }
}
