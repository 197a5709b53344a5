import Foundation
import Models

/// What `winnow-train` did.
public struct TrainSummary: StageSummary {
  /// The trained model's name.
  public let model: String
  /// A line for each epoch.
  public let records: [EpochRecord]
  /// The pairs that reviews told of; nil where they were not asked for.
  public let reviews: Reviews?
  /// The harvested pairs that were trained on; nil where all were.
  public let sample: Sample?
  /// Batches of this run, each epoch counted as one of all pairs.
  public let batches: Int
  /// Time of this run.
  public let seconds: Double
  /// Whether the same training was done before, and nothing was to do.
  public let wasDone: Bool
  /// A file of the same training that was gone or damaged, and for which all were written anew.
  public var repaired: String?

  /// What became of reviewed pairs.
  public struct Reviews: Codable, Sendable, Equatable {
    /// All trusted pairs.
    public let trusted: Int
    /// Those of them that are harvested pairs which a reviewer kept.
    public let kept: Int
    /// Known mismatches: harvested pairs that a reviewer rejected.
    public let rejected: Int

    enum CodingKeys: String, CodingKey {
      case trusted = "trusted"
      case kept = "kept"
      case rejected = "rejected"
    }
  }

  /// How many harvested pairs were trained on.
  public struct Sample: Codable, Sendable, Equatable {
    /// Those that were, by their keys.
    public let pairs: Int
    /// All that have features, reviewed ones that are used as such left out.
    public let harvested: Int

    enum CodingKeys: String, CodingKey {
      case pairs = "pairs"
      case harvested = "harvested"
    }
  }

  enum CodingKeys: String, CodingKey {
    case model
    case records = "epochs"
    case reviews
    case sample
    case batches
    case seconds
    case wasDone = "was_done"
    case repaired
  }

  /// Of training; nil where it was done before.
  public var throughput: Throughput? {
    wasDone ? nil : Throughput(batches, "batches", seconds: seconds)
  }

  /// The summary as lines for a person.
  public var report: String {
    var table = SummaryTable()
    if let repaired { table.add("damaged, made anew", repaired) }
    table.add("model", model)
    if let sample {
      let (pairs, all) = (sample.pairs, sample.harvested)
      table.add(
        "sample", "\(SummaryTable.grouped(pairs)) of \(SummaryTable.grouped(all)) harvested pairs")
    }
    if let reviews {
      table.add("trusted pairs", "\(reviews.trusted), \(reviews.kept) of them reviewed")
      table.add("known mismatches", reviews.rejected)
    }
    for record in records {
      var line = record.phase.rawValue
      line += ", loss " + record.loss.map { String(format: "%.4f", $0) }.joined(separator: " / ")
      if let shares = record.keptShare {
        line +=
          ", kept " + shares.map { String(format: "%.1f %%", $0 * 100) }.joined(separator: " / ")
      }
      if let dev = record.dev { line += ", dev recalls \(String(format: "%.1f", dev.sum))" }
      if let loss = record.trustedLoss { line += ", trusted loss \(String(format: "%.4f", loss))" }
      if record.isBest { line += ", best so far" }
      table.add("epoch \(record.epoch)", line)
    }
    if wasDone { table.add("time", "done before") }
    table.add(throughput)
    return table.text
  }
}
