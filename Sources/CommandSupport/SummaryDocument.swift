import Stages

/// A stage's summary as JSON, with its throughput, which all stages say in the same way.
public struct SummaryDocument: Encodable {
  private let summary: any StageSummary

  private enum CodingKeys: String, CodingKey {
    case throughput = "throughput"
  }

  /// The document of a summary.
  public init(_ summary: any StageSummary) {
    self.summary = summary
  }

  /// Writes the summary's own keys and `throughput`.
  public func encode(to encoder: any Encoder) throws {
    try summary.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encodeIfPresent(summary.throughput, forKey: .throughput)
  }
}
