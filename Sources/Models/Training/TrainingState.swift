import Layers
import Tensors

/// A network in training with its optimisers.
public struct NetworkState: Sendable {
  /// The network as it is now.
  public var network: CorrectedNetwork
  var similarityOptimizer: Adam<SimilarityNetwork>
  var metaOptimizer: Adam<MetaNetwork>

  init(_ network: CorrectedNetwork) {
    self.network = network
    similarityOptimizer = Adam(for: network.similarity)
    metaOptimizer = Adam(for: network.meta)
  }
}

/// Two networks between epochs, and the best pair so far.
public struct TrainingState: Sendable {
  /// A and B.
  public internal(set) var networks: [NetworkState]
  /// A line for each finished epoch.
  public internal(set) var records: [EpochRecord]
  /// A and B as they were after the best epoch.
  public internal(set) var best: [CorrectedNetwork]

  /// Number of finished epochs, warm-up included.
  public var epochsDone: Int { records.count }

  /// Differently seeded networks with random initial weights.
  public init(_ configuration: SimilarityConfiguration, seed: UInt64) {
    let generator = RandomGenerator(seed: seed)
    self.init(
      startingFrom: (0..<2).map { index in
        var initial = generator.stream(UInt64(index), 0x1717)
        return CorrectedNetwork(configuration, generator: &initial)
      })
  }

  /// Networks A and B that were trained before, with fresh optimisers.
  public init(startingFrom networks: [CorrectedNetwork]) {
    precondition(networks.count == 2, "networks A and B")
    self.networks = networks.map { NetworkState($0) }
    records = []
    best = networks
  }
}
