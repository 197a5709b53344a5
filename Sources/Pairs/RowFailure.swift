/// Why a pair cannot be used: a reason of the closed list and what exactly was found.
public struct RowFailure: Hashable, Sendable {
  /// The reason code.
  public let reason: PairReason
  /// What was found, for a person: `expected 2 tab-separated columns, found 3`.
  public let detail: String

  /// A failure as the error of a result.
  public struct Thrown: Error, Equatable {
    /// The failure.
    public let failure: RowFailure

    /// A failure to be thrown.
    public init(failure: RowFailure) {
      self.failure = failure
    }
  }

  /// A failure with its reason and detail.
  public init(_ reason: PairReason, _ detail: String) {
    self.reason = reason
    self.detail = detail
  }
}
