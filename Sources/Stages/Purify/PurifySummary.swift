import Foundation
import Models
import Pairs

/// What `winnow-purify` decided.
public struct PurifySummary: StageSummary {
  /// The name of the rule that decided.
  public let rule: String
  /// The model whose similarities decided.
  public let model: String
  /// What a pair had to exceed.
  public let threshold: Double
  /// The least similarity that is kept, where the rule has one.
  public let similarityThreshold: Double?
  /// Number of kept pairs.
  public let kept: Int
  /// Number of pairs rejected as mismatches.
  public let rejected: Int
  /// Number of pairs rejected because the model cannot tell.
  public let uncertain: Int
  /// Numbers of pairs rejected for what they are, by reason.
  public let rejectedForContent: [String: Int]
  /// Number of images that another looks nearly like.
  public let nearImages: Int
  /// What was fitted to the similarities: of each network for the consensus, else of their mean.
  public let mixtures: [BetaMixture]
  /// Where they were taken from; nil where they were fitted here.
  public let mixtureFrom: String?
  /// Time of this run.
  public let seconds: Double

  enum CodingKeys: String, CodingKey {
    case rule
    case model
    case threshold
    case similarityThreshold = "similarity_threshold"
    case kept
    case rejected
    case uncertain
    case rejectedForContent = "rejected_for_content"
    case nearImages = "near_images"
    case mixtures
    case mixtureFrom = "mixture_from"
    case seconds
  }

  init(
    rule: String, model: String, threshold: Double, similarityThreshold: Double?,
    counts: [PairReason: Int],
    nearImages: Int, mixtures: [BetaMixture], mixtureFrom: String?, seconds: Double
  ) {
    self.rule = rule
    self.model = model
    self.threshold = threshold
    self.similarityThreshold = similarityThreshold
    kept = counts[.matched] ?? 0
    rejected = counts[.mismatch] ?? 0
    uncertain = counts[.uncertain] ?? 0
    rejectedForContent = counts.reduce(into: [:]) { counts, entry in
      if ![.matched, .mismatch, .uncertain].contains(entry.key) {
        counts[entry.key.rawValue] = entry.value
      }
    }
    self.nearImages = nearImages
    self.mixtures = mixtures
    self.mixtureFrom = mixtureFrom
    self.seconds = seconds
  }

  /// Of deciding pairs.
  public var throughput: Throughput? {
    let pairs = kept + rejected + uncertain + rejectedForContent.values.reduce(0, +)
    return Throughput(pairs, "pairs", seconds: seconds)
  }

  /// The summary as lines for a person.
  public var report: String {
    var table = SummaryTable()
    table.add("rule", "\(rule), above \(String(format: "%.4f", threshold))")
    if let similarityThreshold {
      table.add("least similarity", String(format: "%.4f", similarityThreshold))
    }
    let share = mixtures.map(\.matchedShare).reduce(0, +) / Double(max(mixtures.count, 1))
    table.add("estimated clean share", String(format: "%.1f %%", share * 100))
    table.add(
      mixtures.count == 1 ? "mixture" : "mixtures",
      mixtures.map { $0.origin.rawValue.replacing("_", with: " ") }.joined(separator: ", "))
    if let mixtureFrom { table.add("taken from", mixtureFrom) }
    table.add("kept", kept)
    table.add("rejected", rejected)
    if uncertain > 0 { table.add("uncertain", uncertain) }
    for (reason, pairs) in rejectedForContent.sorted(by: { $0.key < $1.key }) {
      table.add(reason, pairs)
    }
    if nearImages > 0 { table.add("nearly identical images", nearImages) }
    table.add(throughput)
    return table.text
  }
}
