import Models

/// What `winnow-train` can be told.
public struct TrainConfiguration: StageConfiguration, Equatable {
  /// Sizes of the networks, unless overridden.
  public var preset: NetworkPreset
  /// How to train, unless overridden.
  public var recipeName: RecipeName
  /// Names all randomness.
  public var seed: UInt64
  /// The loss of the warm-up.
  public var warmupLoss: WarmupLoss?
  /// Whether the warm-up also teaches V the labelled pairs.
  public var calibrateWarmup: Bool?
  /// Whether the similarity networks learn from trusted pairs as well.
  public var learnFromTrusted: Bool?
  /// Whether harvested pairs that a reviewer kept are trusted ones, and those that one rejected known
  /// mismatches; nil for no.
  public var metaFromReviews: Bool?
  /// Epochs before any pair is judged.
  public var warmupEpochs: Int?
  /// Pairs a batch in the warm-up.
  public var warmupBatch: Int?
  /// Adam's step size in the warm-up.
  public var warmupRate: Double?
  /// Epochs with purification and meta step.
  public var epochs: Int?
  /// Pairs a batch after the warm-up.
  public var batch: Int?
  /// Step size for w.
  public var rate: Double?
  /// Step size for Θ.
  public var metaRate: Double?
  /// Both rates fall to a tenth every so many epochs.
  public var rateDecayEpochs: Int?
  /// Pairs above this clean probability are trained on.
  public var cleanThreshold: Double?
  /// Whether both networks choose pairs before either learns.
  public var selectTogether: Bool?
  /// Dev images that choose the best epoch.
  public var devImages: Int?
  /// The variant of SGRAF.
  public var reasoning: ReasoningKind?
  /// d of the networks.
  public var embedSize: Int?
  /// m of the networks.
  public var similarityDimension: Int?
  /// Words seen less often become `<unk>`.
  public var minimumCount: Int
  /// A trained model whose networks A and B training starts from: a published checkpoint, or the
  /// `models` folder of a workspace. The sizes and the vocabulary are its own.
  public var initializeFrom: String?
  /// The vocabulary of that checkpoint, looked for beside it when nil; without a checkpoint, the
  /// vocabulary to use in place of one made of the captions.
  public var vocabulary: String?
  /// How many harvested pairs to train on, those whose keys come first; all of them when nil.
  public var sample: Int?

  /// The keys in YAML.
  public enum CodingKeys: String, CodingKey, CaseIterable {
    case preset = "preset"
    case recipeName = "recipe"
    case seed = "seed"
    case warmupLoss = "warmup-loss"
    case calibrateWarmup = "calibrate-warmup"
    case learnFromTrusted = "learn-from-trusted"
    case metaFromReviews = "meta-from-reviews"
    case warmupEpochs = "warmup-epochs"
    case warmupBatch = "warmup-batch"
    case warmupRate = "warmup-rate"
    case epochs = "epochs"
    case batch = "batch"
    case rate = "rate"
    case metaRate = "meta-rate"
    case rateDecayEpochs = "rate-decay-epochs"
    case cleanThreshold = "clean-threshold"
    case selectTogether = "select-together"
    case devImages = "dev-images"
    case reasoning = "reasoning"
    case embedSize = "embed-size"
    case similarityDimension = "similarity-dimension"
    case minimumCount = "minimum-count"
    case initializeFrom = "initialize-from"
    case vocabulary = "vocabulary"
    case sample = "sample"
  }

  /// The settings of a preset and a recipe with a seed.
  public init(
    preset: NetworkPreset = .compact, recipe: RecipeName = .robust, seed: UInt64
  ) {
    self.preset = preset
    recipeName = recipe
    self.seed = seed
    minimumCount = 4
  }

  /// A value of its parts.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    preset = try container.value(.preset, default: .compact)
    recipeName = try container.value(.recipeName, default: .robust)
    seed = try container.decode(UInt64.self, forKey: .seed)
    warmupLoss = try container.decodeIfPresent(WarmupLoss.self, forKey: .warmupLoss)
    calibrateWarmup = try container.decodeIfPresent(Bool.self, forKey: .calibrateWarmup)
    learnFromTrusted = try container.decodeIfPresent(Bool.self, forKey: .learnFromTrusted)
    // Left out, and so no other configuration, when it is false.
    metaFromReviews =
      try container.value(.metaFromReviews, default: false) ? true : nil
    warmupEpochs = try container.decodeIfPresent(Int.self, forKey: .warmupEpochs)
    warmupBatch = try container.decodeIfPresent(Int.self, forKey: .warmupBatch)
    warmupRate = try container.decodeIfPresent(Double.self, forKey: .warmupRate)
    epochs = try container.decodeIfPresent(Int.self, forKey: .epochs)
    batch = try container.decodeIfPresent(Int.self, forKey: .batch)
    rate = try container.decodeIfPresent(Double.self, forKey: .rate)
    metaRate = try container.decodeIfPresent(Double.self, forKey: .metaRate)
    rateDecayEpochs = try container.decodeIfPresent(Int.self, forKey: .rateDecayEpochs)
    cleanThreshold = try container.decodeIfPresent(Double.self, forKey: .cleanThreshold)
    selectTogether = try container.decodeIfPresent(Bool.self, forKey: .selectTogether)
    devImages = try container.decodeIfPresent(Int.self, forKey: .devImages)
    reasoning = try container.decodeIfPresent(ReasoningKind.self, forKey: .reasoning)
    embedSize = try container.decodeIfPresent(Int.self, forKey: .embedSize)
    similarityDimension = try container.decodeIfPresent(Int.self, forKey: .similarityDimension)
    minimumCount = try container.value(.minimumCount, default: 4)
    initializeFrom = try container.decodeIfPresent(String.self, forKey: .initializeFrom)
    vocabulary = try container.decodeIfPresent(String.self, forKey: .vocabulary)
    sample = try container.decodeIfPresent(Int.self, forKey: .sample)
  }

  /// Every key, as written in YAML.
  public static var keys: [String] { CodingKeys.allCases.map(\.rawValue) }
  /// The keys that hold paths.
  public static var pathKeys: Set<String> { ["initialize-from", "vocabulary"] }

  /// The named recipe with what was overridden.
  public var recipe: TrainingRecipe {
    var recipe = TrainingRecipe.named(recipeName, seed: seed)
    recipe.warmupLoss = warmupLoss ?? recipe.warmupLoss
    recipe.calibratesWarmup = calibrateWarmup ?? recipe.calibratesWarmup
    recipe.learnsFromTrusted = learnFromTrusted ?? recipe.learnsFromTrusted
    recipe.warmupEpochs = warmupEpochs ?? recipe.warmupEpochs
    recipe.warmupBatch = warmupBatch ?? recipe.warmupBatch
    recipe.warmupRate = warmupRate.map { Float($0) } ?? recipe.warmupRate
    recipe.epochs = epochs ?? recipe.epochs
    recipe.batch = batch ?? recipe.batch
    recipe.rate = rate.map { Float($0) } ?? recipe.rate
    recipe.metaRate = metaRate.map { Float($0) } ?? recipe.metaRate
    recipe.rateDecayEpochs = rateDecayEpochs ?? recipe.rateDecayEpochs
    recipe.cleanThreshold = cleanThreshold ?? recipe.cleanThreshold
    recipe.selectsTogether = selectTogether ?? recipe.selectsTogether
    recipe.devImages = devImages ?? recipe.devImages
    return recipe
  }

  /// The networks' sizes with what was overridden.
  func sizes(regionDimension: Int, regions: Int, vocabularySize: Int) -> SimilarityConfiguration {
    var sizes = preset.configuration(
      regionDimension: regionDimension, regions: regions, vocabularySize: vocabularySize)
    sizes.reasoning = reasoning ?? sizes.reasoning
    sizes.embedSize = embedSize ?? sizes.embedSize
    sizes.similarityDimension = similarityDimension ?? sizes.similarityDimension
    return sizes
  }

  /// Refuses values that cannot be.
  public func validate() throws(StagesError) {
    let recipe = recipe
    let least: [(CodingKeys, Int, Int)] = [
      (.warmupEpochs, recipe.warmupEpochs, 0), (.epochs, recipe.epochs, 0),
      (.warmupBatch, recipe.warmupBatch, 2), (.batch, recipe.batch, 2),
      (.rateDecayEpochs, recipe.rateDecayEpochs, 1), (.devImages, recipe.devImages, 1),
      (.minimumCount, minimumCount, 1), (.embedSize, embedSize ?? 1, 1),
      (.similarityDimension, similarityDimension ?? 1, 1),
    ]
    for (key, value, bound) in least where value < bound {
      throw .configuration(
        stage: TrainStage.name, key: key.rawValue, problem: "\(value) is not \(bound) or more")
    }
    if let sample, sample < 2 {
      throw .configuration(
        stage: TrainStage.name, key: CodingKeys.sample.rawValue,
        problem: "\(sample) is not 2 or more")
    }
    for (key, value, _) in least {
      let most = [.embedSize, .similarityDimension].contains(key) ? 1 << 14 : 1 << 20
      guard value > most else { continue }
      throw .configuration(
        stage: TrainStage.name, key: key.rawValue, problem: "\(value) is more than \(most)")
    }
    guard recipe.warmupEpochs + recipe.epochs > 0 else {
      throw .configuration(
        stage: TrainStage.name, key: CodingKeys.epochs.rawValue, problem: "no epoch at all")
    }
    for (key, rate) in [(CodingKeys.warmupRate, recipe.warmupRate), (.rate, recipe.rate)]
    where !(rate > 0 && rate.isFinite) {
      throw .configuration(
        stage: TrainStage.name, key: key.rawValue, problem: "\(rate) is not a positive number")
    }
    guard recipe.metaRate >= 0, recipe.metaRate.isFinite else {
      throw .configuration(
        stage: TrainStage.name, key: CodingKeys.metaRate.rawValue,
        problem: "\(recipe.metaRate) is neither zero nor a positive number")
    }
    guard recipe.cleanThreshold >= 0, recipe.cleanThreshold < 1 else {
      throw .configuration(
        stage: TrainStage.name, key: CodingKeys.cleanThreshold.rawValue,
        problem: "\(recipe.cleanThreshold) is outside 0…1")
    }
  }
}
