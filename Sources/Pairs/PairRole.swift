/// What a pair is for. Only `train` pairs are harvested and judged; the others are trusted.
public enum PairRole: String, Codable, CaseIterable, Sendable {
  /// Harvested, to be cleaned.
  case train
  /// Trusted, teaches the meta network.
  case meta
  /// Trusted, chooses the best epoch by retrieval.
  case dev
  /// Trusted, for retrieval evaluation alone.
  case test

  /// Whether pairs of this role are known to match.
  public var isTrusted: Bool { self != .train }
}
