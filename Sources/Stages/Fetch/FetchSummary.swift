/// What a fetch run did.
public struct FetchSummary: StageSummary, Equatable {
  /// URLs of the workspace.
  public var urls = 0
  /// URLs that were settled before.
  public var knownURLs = 0
  /// URLs whose content this run stored.
  public var fetched = 0
  /// Their bytes.
  public var bytes = 0
  /// URLs that failed in this run, by reason code.
  public var failed: [String: Int] = [:]
  /// Failed URLs of the workspace, those of earlier runs included.
  public var failedInAll = 0
  /// Requests beyond the first of each URL.
  public var retries = 0
  /// Seconds that it took.
  public var seconds = 0.0

  enum CodingKeys: String, CodingKey {
    case urls = "urls"
    case knownURLs = "known_urls"
    case fetched = "fetched"
    case bytes = "bytes"
    case failed = "failed"
    case failedInAll = "failed_in_all"
    case retries = "retries"
    case seconds = "seconds"
  }

  /// URLs that this run settled.
  var settled: Int { fetched + failed.values.reduce(0, +) }

  /// Of settling URLs.
  public var throughput: Throughput? {
    settled > 0 ? Throughput(settled, "URLs", seconds: seconds) : nil
  }

  /// The numbers as a table.
  public var report: String {
    var table = SummaryTable()
    table.add("URLs", urls)
    if knownURLs > 0 { table.add("settled before", knownURLs) }
    table.add("fetched", "\(SummaryTable.grouped(fetched)) (\(DiskSpace.text(Int64(bytes))))")
    table.add("failed", failed.values.reduce(0, +))
    for (reason, count) in failed.sorted(by: { $0.key < $1.key }) {
      table.add("  \(reason)", count)
    }
    if retries > 0 { table.add("asked again", retries) }
    if failedInAll > failed.values.reduce(0, +) { table.add("failed in all", failedInAll) }
    table.add(throughput)
    return table.text
  }
}
