import Pairs

/// Where one pair stands, as `pair_audit` shows it.
public struct PairOutcome: Sendable, Equatable {
  /// The pair's number.
  public let pairID: Int64
  /// The pair's name across runs and shards.
  public let key: PairKey
  /// The manifest it came from.
  public let source: String
  /// Its line there, from 1.
  public let line: Int
  /// What it is for.
  public let role: PairRole
  /// The model's decision.
  public let status: PairStatus
  /// Why; nil while pending.
  public let reason: PairReason?
  /// The mean of both networks' similarities; nil without a score.
  public let similarity: Double?
  /// The probability that it matches; nil without a decision.
  public let cleanProbability: Double?
}

/// How many pairs share role, status and reason.
public struct StatusCount: Sendable, Equatable, Codable {
  /// What the pairs are for.
  public let role: PairRole
  /// Where they stand.
  public let status: PairStatus
  /// Why; nil while pending.
  public let reason: PairReason?
  /// How many.
  public let pairs: Int

  enum CodingKeys: String, CodingKey {
    case role = "role"
    case status = "status"
    case reason = "reason"
    case pairs = "pairs"
  }
}
