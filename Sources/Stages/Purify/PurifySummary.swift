import Foundation
import Models

/// What `winnow-purify` decided.
public struct PurifySummary: StageSummary {
  /// The name of the rule that decided.
  public let rule: String
  /// What a pair had to exceed.
  public let threshold: Double
  /// The least similarity that is kept, where the rule has one.
  public let similarityThreshold: Double?
  /// Number of kept pairs.
  public let kept: Int
  /// Number of rejected pairs.
  public let rejected: Int
  /// What was fitted to the similarities.
  public let mixture: BetaMixture
  /// Time of this run.
  public let seconds: Double

  enum CodingKeys: String, CodingKey {
    case rule
    case threshold
    case similarityThreshold = "similarity_threshold"
    case kept
    case rejected
    case mixture
    case seconds
  }

  /// The summary as lines for a person.
  public var report: String {
    var table = SummaryTable()
    table.add("rule", "\(rule), above \(String(format: "%.4f", threshold))")
    if let similarityThreshold {
      table.add("least similarity", String(format: "%.4f", similarityThreshold))
    }
    table.add(
      "estimated clean share", String(format: "%.1f %%", mixture.matchedShare * 100))
    table.add("mixture", mixture.origin.rawValue.replacing("_", with: " "))
    table.add("kept", kept)
    table.add("rejected", rejected)
    table.add("time", String(format: "%.1f s", seconds))
    return table.text
  }
}
