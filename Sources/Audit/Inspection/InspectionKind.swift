import Pairs

/// What many pairs share: all that filters and counts look at. A pair's kind is a small number, so
/// that a filter is a handful of numbers and each order one index.
struct InspectionKind: Hashable, Sendable {
  let role: PairRole
  let stage: String
  let status: PairStatus
  let reason: PairReason?
  let finalStatus: PairStatus
  let finalReason: PairReason?
  let isReviewed: Bool

  /// The kind that `sql` writes.
  ///
  /// - Throws: `AuditError.unknownValue` for a text that is none.
  init(_ text: String) throws(AuditError) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 7 else { throw .unknownValue(column: "kind", value: text) }
    role = try closed(parts[0], column: "role")
    stage = parts[1]
    status = try closed(parts[2], column: "status")
    reason = try closedIfPresent(parts[3].isEmpty ? nil : parts[3], column: "reason")
    finalStatus = try closed(parts[4], column: "final_status")
    finalReason = try closedIfPresent(parts[5].isEmpty ? nil : parts[5], column: "final_reason")
    isReviewed = parts[6] == "1"
  }

  /// The kind of a row of `reviewed_pair`, called `audited`, as one text. No code has a slash.
  static let sql = """
    audited.role || '/' || coalesce(audited.stage, '') || '/' || audited.status || '/' ||
    coalesce(audited.reason, '') || '/' || audited.final_status || '/' ||
    coalesce(audited.final_reason, '') || '/' ||
    (audited.verdict IS NOT NULL AND audited.verdict <> 'withdrawn')
    """

  /// Whether the pair was decided on its score, and not on what it is.
  var isDecidedOnScore: Bool {
    guard status == .kept || status == .rejected else { return false }
    return reason == .matched || reason == .mismatch || reason == .uncertain
  }
}

/// How many pairs are of one kind.
public struct InspectionCount: Sendable, Equatable, Codable {
  /// What the pairs are for.
  public let role: PairRole
  /// The stage that had the last word on them.
  public let stage: String
  /// The model's decision.
  public let status: PairStatus
  /// Why; nil while pending.
  public let reason: PairReason?
  /// Where they stand after reviews.
  public let finalStatus: PairStatus
  /// Why, after reviews; nil while pending.
  public let finalReason: PairReason?
  /// Whether a person's verdict holds.
  public let isReviewed: Bool
  /// How many.
  public let pairs: Int

  enum CodingKeys: String, CodingKey {
    case role = "role"
    case stage = "stage"
    case status = "status"
    case reason = "reason"
    case finalStatus = "final_status"
    case finalReason = "final_reason"
    case isReviewed = "reviewed"
    case pairs = "pairs"
  }
}

extension InspectionCount {
  init(_ kind: InspectionKind, pairs: Int) {
    self.init(
      role: kind.role, stage: kind.stage, status: kind.status, reason: kind.reason,
      finalStatus: kind.finalStatus, finalReason: kind.finalReason, isReviewed: kind.isReviewed,
      pairs: pairs)
  }
}
