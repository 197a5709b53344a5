import Foundation
import Models

/// What `winnow-evaluate` measured.
public struct EvaluateSummary: StageSummary {
  /// Against the truth, where there is one.
  public let detection: DetectionMetrics?
  /// On the trusted pairs that were asked for, where there are any.
  public let retrieval: RetrievalMetrics?
  /// Which they were.
  public let retrievalRole: String?
  /// The similarities of kept and rejected pairs.
  public let histogram: SimilarityHistogram
  /// Of reading harvested pairs, retrieval included. It is no part of what was measured, and of no file
  /// that has that.
  public internal(set) var throughput: Throughput?

  enum CodingKeys: String, CodingKey {
    case detection
    case retrieval
    case retrievalRole = "retrieval_role"
    case histogram
  }

  /// The summary as lines for a person; the last one is `AUROC 0.xxx`.
  public var report: String {
    func number(_ value: Double?) -> String {
      value.map { String(format: "%.3f", $0) } ?? "not defined"
    }
    var parts = [histogram.text]
    if let detection {
      var table = SummaryTable()
      table.add("average precision", number(detection.averagePrecision))
      table.add("kept precision", number(detection.keptPrecision))
      table.add("kept recall", number(detection.keptRecall))
      table.add("noise found", number(detection.noiseFound))
      table.add("kept share", number(detection.keptShare))
      table.add("pairs", detection.pairs)
      if detection.unscored > 0 { table.add("without a score", detection.unscored) }
      parts.append(table.text)
    }
    if let retrieval, let retrievalRole {
      func recalls(_ values: [Double]) -> String {
        zip(RetrievalMetrics.depths, values).map { "R@\($0) \(String(format: "%.1f", $1))" }
          .joined(separator: "  ")
      }
      var table = SummaryTable()
      table.add("image to text", recalls(retrieval.imageToText))
      table.add("text to image", recalls(retrieval.textToImage))
      table.add(
        "sum",
        "\(String(format: "%.1f", retrieval.sum)) "
          + "(\(retrieval.images) \(retrievalRole) images, \(retrieval.captions) captions)")
      parts.append(table.text)
    }
    if let throughput {
      var table = SummaryTable()
      table.add(throughput)
      parts.append(table.text)
    }
    if let detection { parts.append("AUROC \(number(detection.areaUnderROC))") }
    return parts.joined(separator: "\n\n")
  }
}
