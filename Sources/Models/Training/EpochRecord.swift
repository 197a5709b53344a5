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
  /// What the first epoch has to beat where there is no warm-up: the networks it started from.
  let start: Outcome?
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
    case start
    case isBest = "best"
  }

  /// Higher is better; nil for an epoch that does not compete.
  var score: Double? { dev?.sum ?? trustedLoss.map { -$0 } }

  /// The best so far, what was started from included.
  var bestScore: Double? { [score, start?.score].compactMap { $0 }.max() }
}
