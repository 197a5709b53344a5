import Foundation
import Pairs

/// When a transfer that failed is tried again, and how long later.
public struct RetryPolicy: Sendable, Equatable {
  /// Tries of one URL in all.
  public var tries = 3
  /// Seconds before the second try; each further wait is twice as long.
  public var firstDelay = 1.0
  /// A host of which so many URLs in a row failed in a way that may pass is asked no more in this run:
  /// its other URLs fail as those did.
  public var hostFailures = 16
  /// The longest wait in seconds, also when a server asks for a longer one: then the URL fails.
  public var longestDelay = 120.0

  /// The usual policy.
  public init() {}

  /// Answers that may be another one soon.
  static let transientStatuses: Set<Int> = [408, 425, 429, 500, 502, 503, 504]

  /// Failures that may not happen again.
  static let transientReasons: Set<PairReason> = [.timeout, .dns, .connection]

  /// Whether a failure may be gone at the next try.
  public static func isTransient(_ transfer: Transfer) -> Bool {
    switch transfer.end {
    case .answered: transientStatuses.contains(transfer.status ?? 0)
    case .failed(let failure): transientReasons.contains(failure.reason)
    case .body, .file: false
    }
  }

  /// Seconds until the next try; nil when there is none.
  ///
  /// - Parameter tries: how many there were. Half to one and a half times the doubled delay, so that
  ///   what failed together does not come again together.
  public func delay(
    after transfer: Transfer, tries made: Int, using generator: inout SeededGenerator
  ) -> Double? {
    guard made < tries, Self.isTransient(transfer) else { return nil }
    let jitter = 0.5 + Double(generator.next() >> 11) * 0x1p-53
    let own = min(firstDelay * pow(2, Double(made - 1)) * jitter, longestDelay)
    guard let asked = transfer.retryAfter else { return own }
    return asked <= longestDelay ? max(own, asked) : nil
  }
}
