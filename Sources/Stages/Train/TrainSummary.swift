import Foundation
import Models

/// What `winnow-train` did.
public struct TrainSummary: StageSummary {
  /// The trained model's name.
  public let model: String
  /// A line for each epoch.
  public let records: [EpochRecord]
  /// Time of this run.
  public let seconds: Double
  /// Whether the same training was done before, and nothing was to do.
  public let wasDone: Bool

  enum CodingKeys: String, CodingKey {
    case model
    case records = "epochs"
    case seconds
    case wasDone = "was_done"
  }

  /// The summary as lines for a person.
  public var report: String {
    var table = SummaryTable()
    table.add("model", model)
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
    table.add("time", wasDone ? "done before" : String(format: "%.1f s", seconds))
    return table.text
  }
}
