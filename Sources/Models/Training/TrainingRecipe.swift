/// Everything that decides how two networks are trained, apart from their sizes.
public struct TrainingRecipe: Sendable, Equatable, Codable {
  /// The loss before any pair is judged.
  public var warmupLoss: WarmupLoss
  /// Epochs of warm-up.
  public var warmupEpochs: Int
  /// Pairs per batch in warm-up.
  public var warmupBatch: Int
  /// Adam's step size for w and Θ in warm-up.
  public var warmupRate: Float
  /// Epochs with purification and meta step, after the warm-up.
  public var epochs: Int
  /// Pairs per batch after the warm-up, of the harvested and of the meta pairs.
  public var batch: Int
  /// Step size for w, of the look-ahead and of Adam.
  public var rate: Float
  /// Adam's step size for Θ.
  public var metaRate: Float
  /// Both rates fall to a tenth every so many epochs.
  public var rateDecayEpochs: Int
  /// Pairs above this clean probability are trained on.
  public var cleanThreshold: Double
  /// At most so many dev images choose the best epoch.
  public var devImages: Int
  /// Seed of all randomness.
  public var seed: UInt64

  enum CodingKeys: String, CodingKey {
    case warmupLoss = "warmup_loss"
    case warmupEpochs = "warmup_epochs"
    case warmupBatch = "warmup_batch"
    case warmupRate = "warmup_rate"
    case epochs
    case batch
    case rate
    case metaRate = "meta_rate"
    case rateDecayEpochs = "rate_decay_epochs"
    case cleanThreshold = "clean_threshold"
    case devImages = "dev_images"
    case seed
  }

  /// The factor of the decay.
  static let decayFactor: Float = 0.1
  /// Gradients of w are clipped to this norm.
  static let gradientNorm = 2.0

  /// The settings of the paper.
  public static func published(seed: UInt64) -> TrainingRecipe {
    TrainingRecipe(
      warmupLoss: .published, warmupEpochs: 5, warmupBatch: 128, warmupRate: 2e-4, epochs: 50,
      batch: 64, rate: 2e-4, metaRate: 1.7e-5, rateDecayEpochs: 30, cleanThreshold: 0.5,
      devImages: 1000, seed: seed)
  }

  /// A warm-up that mismatches spoil late (RCL), for small sets and few epochs.
  public static func compact(seed: UInt64) -> TrainingRecipe {
    TrainingRecipe(
      warmupLoss: .complementary, warmupEpochs: 5, warmupBatch: 64, warmupRate: 5e-4, epochs: 3,
      batch: 64, rate: 2e-4, metaRate: 1.7e-5, rateDecayEpochs: 30, cleanThreshold: 0.5,
      devImages: 150, seed: seed)
  }

  /// The factor on both rates in an epoch counted from the end of the warm-up.
  func decay(epoch: Int) -> Float {
    var factor: Float = 1
    for _ in 0..<(epoch / max(rateDecayEpochs, 1)) { factor *= Self.decayFactor }
    return factor
  }
}
