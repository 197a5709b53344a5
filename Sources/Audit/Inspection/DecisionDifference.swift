import Pairs

/// What one run decided of a pair, and on what.
public struct DecidedPair: Sendable, Equatable, Codable {
  /// Kept or rejected.
  public let isKept: Bool
  /// Why.
  public let reason: PairReason
  /// What a reader should know beside the reason.
  public let detail: String?
  /// The probability that the pair matches.
  public let cleanProbability: Double?
  /// The mean similarity by the run's model; nil where its score is gone.
  public let similarity: Double?

  enum CodingKeys: String, CodingKey {
    case isKept = "kept"
    case reason = "reason"
    case detail = "detail"
    case cleanProbability = "clean_probability"
    case similarity = "similarity"
  }

  /// The decision's status.
  public var status: PairStatus { isKept ? .kept : .rejected }
}

/// A pair of which two runs say different things.
public struct DecisionDifference: Sendable, Equatable, Codable {
  /// The pair's number.
  public let pairID: Int64
  /// The pair's name across runs and shards.
  public let key: PairKey
  /// The caption.
  public let caption: String?
  /// The URL as the manifest writes it.
  public let url: String?
  /// What the first run decided; nil where it decided nothing of this pair.
  public let before: DecidedPair?
  /// What the second run decided; nil where it decided nothing of this pair.
  public let after: DecidedPair?

  enum CodingKeys: String, CodingKey {
    case pairID = "pair_id"
    case key = "key"
    case caption = "caption"
    case url = "url"
    case before = "before"
    case after = "after"
  }
}

/// How many pairs went from one decision to another.
public struct DecisionChange: Sendable, Hashable, Codable {
  /// The first run's status; nil where it decided nothing of the pairs.
  public let statusBefore: PairStatus?
  /// The first run's reason.
  public let reasonBefore: PairReason?
  /// The second run's status; nil where it decided nothing of the pairs.
  public let statusAfter: PairStatus?
  /// The second run's reason.
  public let reasonAfter: PairReason?
  /// How many.
  public let pairs: Int

  enum CodingKeys: String, CodingKey {
    case statusBefore = "status_before"
    case reasonBefore = "reason_before"
    case statusAfter = "status_after"
    case reasonAfter = "reason_after"
    case pairs = "pairs"
  }

  /// Whether the pairs moved between kept, rejected and undecided.
  public var isOfStatus: Bool { statusBefore != statusAfter }
  /// Whether anything differs.
  public var isChange: Bool { isOfStatus || reasonBefore != reasonAfter }
}

/// One run's decisions as a whole.
public struct DecisionSet: Sendable, Equatable {
  /// The run.
  public let run: RunRecord
  /// How it decided.
  public let rule: DecisionRule
  /// The name of the model whose scores it decided on.
  public let model: String
  /// Whether these are the decisions that are shown.
  public let isShown: Bool
}
