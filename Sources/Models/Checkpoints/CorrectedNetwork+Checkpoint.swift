import Foundation
import Layers
import Tensors

/// A trained network as a safetensors file: `net.*` and `meta.*` with the published tensor names,
/// the sizes in the metadata.
extension CorrectedNetwork {
  private static let configurationKey = "winnow.configuration"
  /// The metadata key of what names a training: networks A and B of one training share it.
  public static let trainingKey = "winnow.training_fingerprint"

  /// The file's contents.
  /// - Parameter training: names the training.
  public func checkpoint(training: String? = nil) throws -> SafetensorsWriter {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let configuration = try encoder.encode(similarity.configuration)
    var metadata = [Self.configurationKey: String(decoding: configuration, as: UTF8.self)]
    metadata[Self.trainingKey] = training
    var writer = SafetensorsWriter(metadata: metadata)
    writer.add(self, prefix: "")
    return writer
  }

  /// - Throws: `LayersError` naming the file and what is missing, misshapen or unexpected in it.
  public init(checkpoint file: SafetensorsFile) throws {
    guard let text = file.metadata[Self.configurationKey] else {
      throw LayersError.malformed(
        file: file.name, detail: "its metadata lacks `\(Self.configurationKey)`")
    }
    let configuration: SimilarityConfiguration
    do {
      configuration = try JSONDecoder().decode(SimilarityConfiguration.self, from: Data(text.utf8))
    } catch {
      throw LayersError.malformed(
        file: file.name, detail: "its sizes cannot be read: \(error)")
    }
    try configuration.requireFits(file)
    var generator = RandomGenerator(seed: 0)
    self.init(configuration, generator: &generator)
    var reader = CheckpointReader(file)
    try reader.read(&self, prefix: "")
    try reader.finish(prefix: "")
  }
}

extension CheckpointReader {
  /// Replaces both parts of `network`, stored as `net.*` and `meta.*` under `prefix`.
  public mutating func read(_ network: inout CorrectedNetwork, prefix: String) throws {
    try read(&network.similarity, prefix: prefix + "net.")
    try readStatistics(&network.similarity, prefix: prefix + "net.")
    try read(&network.meta, prefix: prefix + "meta.")
  }
}

extension SafetensorsWriter {
  /// Adds both parts of `network` as `net.*` and `meta.*` under `prefix`.
  public mutating func add(_ network: CorrectedNetwork, prefix: String) {
    add(network.similarity, prefix: prefix + "net.")
    addStatistics(network.similarity, prefix: prefix + "net.")
    add(network.meta, prefix: prefix + "meta.")
  }
}
