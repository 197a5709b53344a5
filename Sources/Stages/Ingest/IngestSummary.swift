/// What an ingest did.
public struct IngestSummary: StageSummary, Equatable {
  /// Manifests named.
  public var sources = 0
  /// Lines added by this run.
  public var addedLines = 0
  /// Lines that were there before.
  public var knownLines = 0
  /// Lines read that belong to other shards.
  public var otherShards = 0
  /// Added lines that are pairs.
  public var pairs = 0
  /// Added lines that are not, by reason code.
  public var failed: [String: Int] = [:]
  /// Seconds that adding took.
  public var seconds = 0.0
  /// What came of precomputed features; nil where there are none.
  public var features: FeaturizeSummary?

  enum CodingKeys: String, CodingKey {
    case sources = "sources"
    case addedLines = "added_lines"
    case knownLines = "known_lines"
    case otherShards = "lines_of_other_shards"
    case pairs = "pairs"
    case failed = "failed"
    case seconds = "seconds"
    case features = "features"
  }

  /// Of reading lines, those of other shards included; where only features were left, of them.
  public var throughput: Throughput? { ownThroughput ?? features?.throughput }

  private var ownThroughput: Throughput? {
    let lines = addedLines + otherShards
    return lines > 0 ? Throughput(lines, "lines", seconds: seconds) : nil
  }

  /// The summary for a person.
  public var report: String {
    var table = SummaryTable()
    table.add("manifests", sources)
    table.add("lines added", addedLines)
    if knownLines > 0 { table.add("lines known before", knownLines) }
    if otherShards > 0 { table.add("lines of other shards", otherShards) }
    table.add("pairs", pairs)
    table.add("failed lines", failed.values.reduce(0, +))
    for (reason, count) in failed.sorted(by: { $0.key < $1.key }) {
      table.add("  \(reason)", count)
    }
    table.add(ownThroughput)
    return features.map { table.text + "\n" + $0.report } ?? table.text
  }
}
