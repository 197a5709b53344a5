/// What `winnow-purify` can be told. At most one of the three alternatives to the mixture is set.
public struct PurifyConfiguration: StageConfiguration, Equatable {
  /// A pair is kept above this clean probability, uncertain down to one minus it, and a mismatch
  /// below. nil takes `usualThreshold`, and what the consensus makes of it where nearly all pairs
  /// match.
  public var cleanThreshold: Double?
  /// Whether each network has a mixture of its own, and the mean of their probabilities decides;
  /// otherwise a mixture of their mean similarity.
  public var consensus: Bool
  /// Keeps pairs above this similarity instead.
  public var threshold: Double?
  /// Keeps this share of the scored pairs instead, the most similar ones.
  public var keepFraction: Double?
  /// Keeps as many pairs as this estimated precision allows instead.
  public var targetPrecision: Double?
  /// What is rejected for what it is, whatever the model says; in YAML beside the other keys.
  public var content = ContentRules()

  /// The keys in YAML.
  public enum CodingKeys: String, CodingKey, CaseIterable {
    case cleanThreshold = "clean-threshold"
    case consensus = "consensus"
    case threshold = "threshold"
    case keepFraction = "keep-fraction"
    case targetPrecision = "target-precision"
  }

  /// The clean probability that a pair has to exceed unless told otherwise. With two networks of
  /// which one is sure for a pair and the other against it, the mean of their probabilities lies about
  /// one half: such pairs are uncertain.
  public static let usualThreshold = 0.6

  /// The mixture's decision at a clean probability.
  public init(cleanThreshold: Double? = nil, consensus: Bool = true) {
    self.cleanThreshold = cleanThreshold
    self.consensus = consensus
  }

  /// A value of its parts.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    cleanThreshold = try container.decodeIfPresent(Double.self, forKey: .cleanThreshold)
    consensus = try container.value(.consensus, default: true)
    threshold = try container.decodeIfPresent(Double.self, forKey: .threshold)
    keepFraction = try container.decodeIfPresent(Double.self, forKey: .keepFraction)
    targetPrecision = try container.decodeIfPresent(Double.self, forKey: .targetPrecision)
    content = try ContentRules(from: decoder)
  }

  /// Writes the keys as they are read.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encodeIfPresent(cleanThreshold, forKey: .cleanThreshold)
    try container.encode(consensus, forKey: .consensus)
    try container.encodeIfPresent(threshold, forKey: .threshold)
    try container.encodeIfPresent(keepFraction, forKey: .keepFraction)
    try container.encodeIfPresent(targetPrecision, forKey: .targetPrecision)
    try content.encode(to: encoder)
  }

  /// Every key, as written in YAML.
  public static var keys: [String] {
    CodingKeys.allCases.map(\.rawValue) + ContentRules.CodingKeys.allCases.map(\.rawValue)
  }

  /// Refuses values that cannot be.
  public func validate() throws(StagesError) {
    for (key, value) in [
      (CodingKeys.cleanThreshold, cleanThreshold), (.threshold, threshold),
      (.keepFraction, keepFraction), (.targetPrecision, targetPrecision),
    ] {
      if let value, !(value >= 0 && value <= 1) {
        throw .configuration(
          stage: PurifyStage.name, key: key.rawValue, problem: "\(value) is outside 0…1")
      }
    }
    guard alternatives <= 1 else {
      throw .configuration(
        stage: PurifyStage.name, key: CodingKeys.threshold.rawValue,
        problem: "give only one of threshold, keep-fraction and target-precision")
    }
    try content.validate()
  }

  /// How many of the alternatives to the mixture are set.
  private var alternatives: Int {
    [threshold, keepFraction, targetPrecision].count { $0 != nil }
  }

  /// Whether each network's own mixture decides.
  var isConsensus: Bool { consensus && alternatives == 0 }
}
