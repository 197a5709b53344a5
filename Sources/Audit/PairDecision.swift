import Pairs

/// How a run decides.
public struct DecisionRule: Sendable, Equatable {
  /// The model whose scores are decided on.
  public let model: Int64
  /// The rule's name, such as `consensus` or `threshold`.
  public let name: String
  /// What a pair has to exceed: a clean probability or a similarity, as the rule says.
  public let threshold: Double
  /// What else the rule was fitted or given, as a JSON object.
  public let parameters: String

  /// A rule of its parts.
  public init(model: Int64, name: String, threshold: Double, parameters: String) {
    self.model = model
    self.name = name
    self.threshold = threshold
    self.parameters = parameters
  }
}

/// What the model says of one pair.
public struct PairDecision: Sendable, Equatable {
  /// The pair's number.
  public let pairID: Int64
  /// Kept or rejected.
  public let isKept: Bool
  /// Why.
  public let reason: PairReason
  /// What a reader should know beside the reason.
  public let detail: String?
  /// The probability that the pair matches, in [0, 1]; nil for rules that give none.
  public let cleanProbability: Double?

  /// A decision of its parts.
  public init(
    pairID: Int64, isKept: Bool, reason: PairReason, detail: String? = nil,
    cleanProbability: Double?
  ) {
    self.pairID = pairID
    self.isKept = isKept
    self.reason = reason
    self.detail = detail
    self.cleanProbability = cleanProbability
  }
}
