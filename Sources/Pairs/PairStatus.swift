/// Where a pair stands.
public enum PairStatus: String, Codable, CaseIterable, Sendable {
  /// Not decided yet.
  case pending
  /// In the purified dataset.
  case kept
  /// Read without a problem, but decided against.
  case rejected
  /// Its line or its image could not be used.
  case failed
}
