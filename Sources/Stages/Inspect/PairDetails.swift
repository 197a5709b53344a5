import Audit
import Pairs

/// Everything that is known of one pair.
public struct PairDetails: Sendable, Encodable {
  /// The pair as it stands.
  public let pair: InspectedPair
  /// Why it stands there, in a sentence; nil while pending.
  public let explanation: String?
  /// What happened to it.
  public let history: PairHistory
  /// The other pairs of the same or nearly the same picture.
  public let near: NearPairs

  enum CodingKeys: String, CodingKey {
    case pair = "pair"
    case explanation = "explanation"
    case history = "history"
    case near = "near_duplicates"
  }

  /// Reads what is known of a pair.
  ///
  /// - Parameter nearLimit: The most near duplicates that are named.
  public init(
    ofPair id: Int64, in audit: AuditDatabase, _ index: InspectionIndex, nearLimit: Int
  ) throws {
    guard let pair = try audit.inspectedPair(id) else {
      throw AuditError.noSuchRow(table: "pair", id: id)
    }
    self.pair = pair
    explanation = pair.finalReason?.explanation
    history = try audit.history(ofPair: id)
    near = try index.nearPairs(ofPair: id, limit: nearLimit)
  }
}
