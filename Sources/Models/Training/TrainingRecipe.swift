/// Everything that decides how two networks are trained, apart from their sizes.
public struct TrainingRecipe: Sendable, Equatable, Codable {
  /// The loss before any pair is judged.
  public var warmupLoss: WarmupLoss
  /// Whether each warm-up step also teaches V the trusted pairs and as many drawn mismatches.
  ///
  /// A warm-up loss only compares similarities within a batch, so V may answer it within a sliver
  /// of [0, 1], where no mixture can be told apart. The BCE on labelled pairs, for Θ alone, spreads
  /// its answers; the published method leaves that to the meta steps after the warm-up.
  public var calibratesWarmup: Bool
  /// Whether trusted pairs are among those that w learns from. Pairs that were learned from score
  /// higher than others, so trusted pairs tell what a harvested match scores only if they were too.
  public var learnsFromTrusted: Bool
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
  /// Adam's step size for Θ; zero leaves Θ as the warm-up left it, without meta steps.
  public var metaRate: Float
  /// Both rates fall to a tenth every so many epochs.
  public var rateDecayEpochs: Int
  /// Pairs above this clean probability are trained on; all pairs when it is zero.
  public var cleanThreshold: Double
  /// Whether both networks choose pairs at the start of an epoch and then learn side by side. As
  /// published, B learns first, and A from what the updated B chooses.
  public var selectsTogether: Bool
  /// At most so many dev images choose the best epoch.
  public var devImages: Int
  /// Seed of all randomness.
  public var seed: UInt64

  enum CodingKeys: String, CodingKey {
    case warmupLoss = "warmup_loss"
    case calibratesWarmup = "calibrates_warmup"
    case learnsFromTrusted = "learns_from_trusted"
    case warmupEpochs = "warmup_epochs"
    case warmupBatch = "warmup_batch"
    case warmupRate = "warmup_rate"
    case epochs
    case batch
    case rate
    case metaRate = "meta_rate"
    case rateDecayEpochs = "rate_decay_epochs"
    case cleanThreshold = "clean_threshold"
    case selectsTogether = "selects_together"
    case devImages = "dev_images"
    case seed
  }

  /// The factor of the decay.
  static let decayFactor: Float = 0.1
  /// Gradients of w are clipped to this norm.
  static let gradientNorm = 2.0

  /// The recipe of a name.
  public static func named(_ name: RecipeName, seed: UInt64) -> TrainingRecipe {
    switch name {
    case .robust: robust(seed: seed)
    case .published: published(seed: seed)
    }
  }

  /// The settings of the paper.
  public static func published(seed: UInt64) -> TrainingRecipe {
    TrainingRecipe(
      warmupLoss: .published, calibratesWarmup: false, learnsFromTrusted: false, warmupEpochs: 5,
      warmupBatch: 128, warmupRate: 2e-4, epochs: 50, batch: 64, rate: 2e-4, metaRate: 1.7e-5,
      rateDecayEpochs: 30, cleanThreshold: 0.5, selectsTogether: false, devImages: 1000,
      seed: seed)
  }

  /// Fewer epochs and small batches, with a warm-up that mismatches spoil late (RCL) and that
  /// teaches V the labelled pairs from the start.
  ///
  /// After the warm-up Θ keeps the warm-up's step size. At the published 1.7e-5 V stays behind while
  /// w moves, and the adaptive margin, which shrinks with the similarity of the given pair, lets w
  /// escape the loss by making all similarities small: with 70 % of the captions moved, both networks
  /// ended at a loss below 0.1 and far worse retrieval. A V that keeps telling trusted pairs from
  /// mismatches closes that way.
  public static func robust(seed: UInt64) -> TrainingRecipe {
    TrainingRecipe(
      warmupLoss: .complementary, calibratesWarmup: true, learnsFromTrusted: true,
      warmupEpochs: 6, warmupBatch: 32, warmupRate: 5e-4, epochs: 3, batch: 64, rate: 2e-4,
      metaRate: 5e-4, rateDecayEpochs: 30, cleanThreshold: 0.5, selectsTogether: true,
      devImages: 150, seed: seed)
  }

  /// Whether each step after the warm-up is preceded by one for Θ.
  var takesMetaSteps: Bool { metaRate > 0 }

  /// The factor on both rates in an epoch counted from the end of the warm-up.
  func decay(epoch: Int) -> Float {
    var factor: Float = 1
    for _ in 0..<(epoch / max(rateDecayEpochs, 1)) { factor *= Self.decayFactor }
    return factor
  }
}

/// Recipes to choose by name.
public enum RecipeName: String, Sendable, Codable, CaseIterable {
  /// What detects mismatches best in a few epochs; the default.
  case robust
  /// The paper's (MSCN, CVPR 2023, section 4).
  case published
}
