import Foundation
import Layers
import Models
import Pairs

/// The trained model of a workspace: `models/net-a.safetensors`, `net-b.safetensors`,
/// `vocabulary.json`, and what else training and scoring leave there.
struct ModelFolder: Sendable {
  let workspace: Workspace

  private func path(_ name: String) -> String { workspace.modelsPath + "/" + name }
  var networkPaths: [String] { [path("net-a.safetensors"), path("net-b.safetensors")] }
  var vocabularyPath: String { path("vocabulary.json") }
  var configurationPath: String { path("config.json") }
  var statePath: String { path("training-state.safetensors") }
  var curvesPath: String { path("training.jsonl") }
  var calibrationPath: String { path("calibration.json") }

  /// Writes one safetensors file atomically.
  func write(_ writer: SafetensorsWriter, to path: String) throws {
    try workspace.create(folder: workspace.modelsPath)
    let file = try AtomicFile(path: path)
    try writer.write { (data: Data) throws(PairsError) in try file.write(data) }
    try file.commit()
  }

  /// Writes a line of JSON for each value, atomically.
  func write(lines: [some Encodable], to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var bytes: [UInt8] = []
    for line in lines { bytes += Array(try encoder.encode(line)) + [0x0A] }
    try workspace.create(folder: workspace.modelsPath)
    try AtomicFile.write(bytes, to: path)
  }

  /// A trained pair of networks and their vocabulary.
  struct Model {
    /// The first half of a SHA-256 over both networks and the vocabulary.
    let name: String
    let networks: [CorrectedNetwork]
    let vocabulary: Vocabulary
  }

  /// - Parameter store: the features that the model is to read.
  /// - Throws: `StagesError.missing` naming `winnow-train`, or an error that names the damaged file.
  func model(for store: FeatureStore) throws -> Model {
    guard try workspace.completionMarker(ofStage: TrainStage.name) != nil else {
      throw workspace.missing(
        "there is no trained model yet", command: "winnow-train", "--seed 1")
    }
    let vocabulary = try Vocabulary(readFrom: vocabularyPath)
    let networks = try networkPaths.map {
      try CorrectedNetwork(checkpoint: SafetensorsFile(contentsOf: URL(filePath: $0)))
    }
    for (path, network) in zip(networkPaths, networks)
    where network.similarity.configuration.vocabularySize != vocabulary.count {
      throw StagesError.damaged(
        path: path, problem: "does not belong to the vocabulary beside it")
    }
    let sizes = networks.map(\.similarity.configuration)
    guard sizes.allSatisfy({ $0.regions == store.regions && $0.regionDimension == store.dimension })
    else {
      throw workspace.missing(
        "the model was trained on other features than these (\(store.regions) regions of "
          + "\(store.dimension) numbers)", command: "winnow-train", "--seed 1")
    }
    return Model(name: try name(), networks: networks, vocabulary: vocabulary)
  }

  /// The model's name: a hash of its files.
  func name() throws -> String {
    var hasher = SHA256Hasher()
    for path in networkPaths + [vocabularyPath] {
      hasher.update(try SHA256Digest(ofFileAt: path).bytes)
    }
    return String(hasher.finalize().description.prefix(32))
  }
}
