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

/// What one epoch did: a line of `training.jsonl`.
public struct EpochRecord: Sendable, Codable, Equatable {
  /// From 1, warm-up included.
  public let epoch: Int
  /// What the epoch is for.
  public let phase: Phase
  /// Mean loss of A and of B.
  public let loss: [Double]
  /// Mean meta loss (BCE) of A and of B; nil in warm-up.
  public let metaLoss: [Double]?
  /// Share of the harvested pairs that A and B trained on; nil in warm-up.
  public let keptShare: [Double]?
  /// The mixtures that chose them; nil in warm-up.
  public let mixtures: [BetaMixture]?
  /// Retrieval on the dev pairs with the mean of A's and B's scores, where there are any.
  public let dev: RetrievalMetrics?
  /// BCE on the trusted pairs and fresh mismatches, where there are no dev pairs.
  public let trustedLoss: Double?
  /// Whether this epoch is the best so far.
  public let isBest: Bool

  /// What an epoch is for.
  public enum Phase: String, Sendable, Codable {
    case warmup
    case correction
  }

  enum CodingKeys: String, CodingKey {
    case epoch
    case phase
    case loss
    case metaLoss = "meta_loss"
    case keptShare = "kept_share"
    case mixtures
    case dev
    case trustedLoss = "trusted_loss"
    case isBest = "best"
  }

  /// Higher is better; nil for an epoch that does not compete.
  var score: Double? { dev?.sum ?? trustedLoss.map { -$0 } }
}

/// Where a running epoch is.
public struct TrainingProgress: Sendable {
  /// The running epoch, from 1.
  public let epoch: Int
  /// Epochs of the whole run.
  public let epochs: Int
  /// What the epoch is for.
  public let phase: EpochRecord.Phase
  /// `A` or `B`.
  public let network: String
  /// The batch just done, from 1.
  public let batch: Int
  /// Batches of this network in this epoch.
  public let batches: Int
  /// Of the batch just done.
  public let loss: Double
  /// Share of pairs that the other network kept; nil in warm-up.
  public let keptShare: Double?
}
