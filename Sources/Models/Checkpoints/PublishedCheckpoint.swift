import Foundation
import Layers
import Tensors

/// What MSCN's published training code saves: `model_best.pth.tar`, a dictionary of `net_A`,
/// `meta_net_A`, `net_B`, `meta_net_B` (state dicts), `opt` (the command line) and some numbers.
///
/// The sizes are those of the tensors. Where `opt` says something else, or asks for a variant of the
/// network that computes differently, the file is refused.
public struct PublishedCheckpoint: Sendable {
  /// A and B.
  public let networks: [CorrectedNetwork]
  /// The epoch after which it was saved, from 0; nil where the file does not say.
  public let epoch: Int?

  /// Opens a file.
  ///
  /// - Throws: `LayersError` naming the file and what is missing, misshapen, unexpected or
  ///   contradictory in it.
  public init(contentsOf url: URL) throws {
    try self.init(PyTorchFile(contentsOf: url))
  }

  /// Reads an opened file.
  public init(_ file: PyTorchFile) throws {
    let tensors = try PublishedTensors(file)
    let configuration = try SimilarityConfiguration(of: tensors)
    try configuration.requireFits(tensors)
    if let options = tensors.options {
      try PublishedOptions(options, file: file.name).requireAgrees(configuration)
    }
    var reader = CheckpointReader(tensors)
    networks = try ["A", "B"].map { letter in
      var generator = RandomGenerator(seed: 0)
      var network = CorrectedNetwork(configuration, generator: &generator)
      try reader.read(&network.similarity, prefix: "net_\(letter).")
      try reader.readStatistics(&network.similarity, prefix: "net_\(letter).")
      try reader.read(&network.meta, prefix: "meta_net_\(letter).")
      return network
    }
    try reader.finish(prefix: "")
    epoch = tensors.epoch
  }
}

extension SimilarityConfiguration {
  /// The sizes that network A's tensors have.
  fileprivate init(of tensors: PublishedTensors) throws(LayersError) {
    func shape(_ name: String, _ rank: Int) throws(LayersError) -> [Int] {
      let shape = try tensors.shape(of: name)
      guard shape.count == rank else {
        throw .malformed(
          file: tensors.name,
          detail: "tensor `\(name)` has shape \(shape), expected \(rank) extents")
      }
      return shape
    }
    let image = try shape("net_A.img_enc.fc.weight", 2)
    let words = try shape("net_A.txt_enc.embed.weight", 2)
    let local = try shape("net_A.sim_enc.sim_tranloc_w.weight", 2)
    let regions = try shape("net_A.sim_enc.v_global_w.embedding_local.1.weight", 1)
    let hidden = try shape("meta_net_A.first_hidden_layer.fc.weight", 2)
    let (reasoning, steps) = try tensors.reasoning()
    self.init(
      regionDimension: image[1], regions: regions[0], vocabularySize: words[0],
      wordDimension: words[1], embedSize: image[0], similarityDimension: local[0],
      reasoning: reasoning, reasoningSteps: steps, metaHidden: hidden[0])
  }
}
