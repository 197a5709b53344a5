import Foundation

/// What a person said of a pair.
public enum ReviewVerdict: String, Codable, CaseIterable, Sendable {
  /// Belongs into the dataset.
  case kept
  /// Does not.
  case rejected
  /// Nothing any more: the model's decision stands.
  case withdrawn

  /// The verdict where it says something; nil for a withdrawn one.
  public var standing: ReviewVerdict? { self == .withdrawn ? nil : self }
}

/// A verdict to be stored.
public struct ReviewRequest: Sendable, Equatable {
  /// The pair's number.
  public let pairID: Int64
  /// What is said of it.
  public let verdict: ReviewVerdict
  /// What the reviewer wrote beside it.
  public let note: String?
  /// Who said it.
  public let reviewer: String
  /// When.
  public let at: Date

  /// The most bytes that a note or a reviewer's name may have.
  public static let mostBytes = 4_096

  /// A request of its parts.
  public init(pairID: Int64, verdict: ReviewVerdict, note: String?, reviewer: String, at: Date) {
    self.pairID = pairID
    self.verdict = verdict
    self.note = note
    self.reviewer = reviewer
    self.at = at
  }
}

/// A verdict as stored. Of all those on a pair the newest counts.
public struct Review: Sendable, Equatable, Codable {
  /// The review's number; newer ones have larger numbers.
  public let id: Int64
  /// The pair's number.
  public let pairID: Int64
  /// What was said of it.
  public let verdict: ReviewVerdict
  /// What the reviewer wrote beside it.
  public let note: String?
  /// Who said it.
  public let reviewer: String
  /// When, ISO 8601 in UTC.
  public let createdAt: String

  enum CodingKeys: String, CodingKey {
    case id = "review_id"
    case pairID = "pair_id"
    case verdict = "verdict"
    case note = "note"
    case reviewer = "reviewer"
    case createdAt = "created_at"
  }
}
