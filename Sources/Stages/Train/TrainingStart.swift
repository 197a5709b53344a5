import Audit
import Foundation
import Models
import Pairs

/// What training starts from: random networks and a vocabulary of the captions, a given vocabulary,
/// or a model that was trained before with its own.
struct TrainingStart {
  /// Words by number.
  let vocabulary: Vocabulary
  /// Networks A and B; nil for random ones.
  let networks: [CorrectedNetwork]?

  private static let stage = TrainStage.name

  /// Names the files that a configuration refers to; empty where it refers to none. Hashes them.
  static func fingerprint(_ configuration: TrainConfiguration) throws -> String {
    if let reference = configuration.reference { return " from \(try reference.name())" }
    guard let vocabulary = configuration.vocabulary else { return "" }
    return " with \(try SHA256Digest(ofFileAt: vocabulary))"
  }

  /// Training writes its model over the workspace's own: what it starts from would be gone
  /// afterwards, and the same command could never find itself done.
  ///
  /// - Throws: `StagesError.configuration` for a file or folder of the workspace's model.
  static func refuseOwnFiles(
    _ configuration: TrainConfiguration, in workspace: Workspace
  ) throws(StagesError) {
    let own = URL(filePath: workspace.modelsPath).resolvingSymlinksInPath().path
    for (key, path) in [
      (TrainConfiguration.CodingKeys.initializeFrom, configuration.initializeFrom),
      (.vocabulary, configuration.vocabulary),
    ] {
      guard let path else { continue }
      let resolved = URL(filePath: absolutePath(path)).resolvingSymlinksInPath().path
      guard resolved == own || resolved.hasPrefix(own + "/") else { continue }
      throw .configuration(
        stage: stage, key: key.rawValue,
        problem: "\(path) is what this training writes; copy it elsewhere and name the copy")
    }
  }

  /// - Throws: `StagesError.configuration` when the configuration asks for other sizes than the model
  ///   has; what `ModelReference.read` and `Vocabulary` throw.
  init(
    _ configuration: TrainConfiguration, _ pairs: WorkspacePairs, _ store: FeatureStore,
    in workspace: Workspace
  ) throws {
    if let reference = configuration.reference {
      let model = try workspace.model(reference, for: store)
      try Self.require(configuration, agreesWith: model.networks[0].similarity.configuration)
      vocabulary = model.vocabulary
      networks = model.networks
    } else {
      vocabulary =
        try configuration.vocabulary.map { try Vocabulary(readFrom: $0) }
        ?? pairs.vocabulary(minimumCount: configuration.minimumCount)
      networks = nil
    }
  }

  /// The sizes of the networks.
  func sizes(_ configuration: TrainConfiguration, _ store: FeatureStore) -> SimilarityConfiguration
  {
    networks?[0].similarity.configuration
      ?? configuration.sizes(
        regionDimension: store.dimension, regions: store.regions, vocabularySize: vocabulary.count)
  }

  /// The state before the first epoch.
  func state(_ sizes: SimilarityConfiguration, seed: UInt64) -> TrainingState {
    networks.map { TrainingState(startingFrom: $0) } ?? TrainingState(sizes, seed: seed)
  }

  private static func require(
    _ configuration: TrainConfiguration, agreesWith sizes: SimilarityConfiguration
  ) throws(StagesError) {
    let asked: [(TrainConfiguration.CodingKeys, String?, String)] = [
      (.reasoning, configuration.reasoning?.rawValue, sizes.reasoning.rawValue),
      (.embedSize, configuration.embedSize.map(String.init), "\(sizes.embedSize)"),
      (
        .similarityDimension, configuration.similarityDimension.map(String.init),
        "\(sizes.similarityDimension)"
      ),
    ]
    for (key, value, own) in asked {
      if let value, value != own {
        throw .configuration(
          stage: stage, key: key.rawValue,
          problem: "is \(value), but the model to start from has \(own); leave it out")
      }
    }
  }
}

extension TrainConfiguration {
  /// The model to start from.
  var reference: ModelReference? {
    initializeFrom.map { ModelReference(path: $0, vocabulary: vocabulary) }
  }
}
