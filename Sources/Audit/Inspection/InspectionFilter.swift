import Pairs

/// Which pairs an inspection shows. Statuses and reasons are those after reviews.
public struct InspectionFilter: Sendable, Equatable {
  /// What the pairs are for.
  public var roles: Set<PairRole>
  /// Where they stand; empty for anywhere.
  public var statuses: Set<PairStatus>
  /// Why they stand there; empty for any reason.
  public var reasons: Set<PairReason>
  /// Whether somebody's verdict on them holds; nil for both.
  public var isReviewed: Bool?
  /// Words that must all begin a word of the caption, whatever their case and accents; empty for
  /// no search. At most `mostWords`.
  public var search: String
  /// Where the similarity must lie; nil for anywhere, pairs without one included.
  public var similarity: ClosedRange<Double>?

  /// The most words that are searched for.
  public static let mostWords = 32

  /// A filter of its parts.
  public init(
    roles: Set<PairRole> = [.train], statuses: Set<PairStatus> = [],
    reasons: Set<PairReason> = [], isReviewed: Bool? = nil, search: String = "",
    similarity: ClosedRange<Double>? = nil
  ) {
    self.roles = roles
    self.statuses = statuses
    self.reasons = reasons
    self.isReviewed = isReviewed
    self.search = search
    self.similarity = similarity
  }

  /// Whether pairs of a kind pass, as far as the kind tells.
  func allows(_ kind: InspectionKind) -> Bool {
    roles.contains(kind.role)
      && (statuses.isEmpty || statuses.contains(kind.finalStatus))
      && (reasons.isEmpty || kind.finalReason.map(reasons.contains) ?? false)
      && (isReviewed == nil || isReviewed == kind.isReviewed)
  }
}

/// The order in which an inspection shows pairs. Pairs without the value come last, whichever way
/// the order runs.
public enum InspectionSort: String, CaseIterable, Codable, Sendable {
  /// By how far what the rule decides on lies from its threshold, whichever side.
  case thresholdDistance = "threshold-distance"
  /// By the mean similarity of both networks.
  case similarity
  /// By the clean probability.
  case probability
  /// In the order in which the manifests' lines came.
  case manifest
  /// Shuffled, always the same way.
  case random
}
