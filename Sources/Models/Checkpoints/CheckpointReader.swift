import Layers
import Tensors

/// Reads networks out of a file of tensors, strictly: every tensor that a network has must be
/// there in its shape, and nothing under the network's prefix may be left over.
public struct CheckpointReader {
  private let file: any TensorSource
  private var used: Set<String> = []

  /// Reads from an opened file.
  public init(_ file: any TensorSource) { self.file = file }

  /// Replaces the parameters of `network` by those stored under `prefix`.
  ///
  /// - Throws: `LayersError` naming the file and the tensor.
  public mutating func read<Network: Parameterized>(
    _ network: inout Network, prefix: String
  ) throws {
    try network.visitParameters(prefix: prefix) { name, tensor in
      tensor = try finite(name, shape: tensor.shape)
    }
  }

  private mutating func finite(_ name: String, shape: [Int]) throws(LayersError) -> Tensor {
    let tensor = try file.tensor(name, shape: shape)
    guard tensor.isFinite else { throw .notFinite(file: file.name, name: name) }
    used.insert(name)
    return tensor
  }

  /// Replaces the running statistics of the network's BatchNorms.
  public mutating func readStatistics(_ network: inout SimilarityNetwork, prefix: String) throws {
    try network.visitNorms(prefix: prefix) { normPrefix, norm in
      try norm.visitStatistics(prefix: normPrefix) { name, tensor in
        tensor = try finite(name, shape: tensor.shape)
      }
      let counter = normPrefix + "num_batches_tracked"
      guard let tracked = try file.integers(counter).first, (0...1 << 40).contains(tracked) else {
        throw LayersError.malformed(file: file.name, detail: "`\(counter)` is no count")
      }
      norm.batchesTracked = Int(tracked)
      used.insert(counter)
    }
  }

  /// Checks that nothing under `prefix` was left unread.
  ///
  /// - Throws: `LayersError.unexpectedTensor` with the nearest name that was read.
  public func finish(prefix: String) throws {
    for name in file.names where name.hasPrefix(prefix) && !used.contains(name) {
      throw LayersError.unexpectedTensor(
        file: file.name, name: name, nearest: NearestTensorName.to(name, among: used))
    }
  }
}

extension SafetensorsWriter {
  /// Adds the parameters of a network under `prefix`.
  public mutating func add<Network: Parameterized>(_ network: Network, prefix: String) {
    var copy = network
    copy.visitParameters(prefix: prefix) { name, tensor in add(name, tensor) }
  }

  /// Adds the running statistics of a network's BatchNorms.
  public mutating func addStatistics(_ network: SimilarityNetwork, prefix: String) {
    var copy = network
    copy.visitNorms(prefix: prefix) { normPrefix, norm in
      norm.visitStatistics(prefix: normPrefix) { name, tensor in add(name, tensor) }
      add(normPrefix + "num_batches_tracked", integers: [Int64(norm.batchesTracked)], shape: [])
    }
  }
}
