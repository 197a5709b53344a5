import Audit
import Pairs

/// What `winnow-merge` did.
public struct MergeSummary: StageSummary, Equatable {
  /// One manifest.
  public struct Source: Codable, Sendable, Equatable {
    /// Its path.
    public let path: String
    /// What its pairs are for.
    public let role: PairRole
    /// Its lines here.
    public let lines: Int
    /// Lines of the file.
    public let linesRead: Int
    /// Which shards of it are here; nil for the whole of it.
    public let shards: ManifestShards?

    enum CodingKeys: String, CodingKey {
      case path = "path"
      case role = "role"
      case lines = "lines"
      case linesRead = "lines_read"
      case shards = "shards"
    }
  }

  /// Workspaces that were united.
  public let shards: Int
  /// The manifests.
  public let sources: [Source]
  /// Lines of all.
  public let lines: Int
  /// The model that scored; nil where none did.
  public let model: String?
  /// Whether decisions of the shards were taken over.
  public let hasDecisions: Bool
  /// Locations more than URLs and paths, where shards found different things.
  public let differentlyFound: Int
  /// Reviews.
  public let reviews: Int
  /// Time of this run.
  public let seconds: Double
  /// Whether the same shards were united before, and nothing was to do.
  public let wasDone: Bool

  enum CodingKeys: String, CodingKey {
    case shards = "shards"
    case sources = "sources"
    case lines = "lines"
    case model = "model"
    case hasDecisions = "decisions"
    case differentlyFound = "differently_found"
    case reviews = "reviews"
    case seconds = "seconds"
    case wasDone = "was_done"
  }

  init(
    shards: Int, _ records: [SourceRecord], _ outcome: AuditMerge.Outcome, seconds: Double,
    wasDone: Bool
  ) {
    self.shards = shards
    sources = records.map { source in
      Source(
        path: source.description.path, role: source.description.role, lines: source.lineCount,
        linesRead: source.linesRead, shards: source.description.shards)
    }
    lines = outcome.lines
    model = outcome.model
    hasDecisions = outcome.hasDecisions
    differentlyFound = outcome.variants
    reviews = outcome.reviews
    self.seconds = seconds
    self.wasDone = wasDone
  }

  /// Of uniting lines; nil where it was done before.
  public var throughput: Throughput? {
    wasDone ? nil : Throughput(lines, "lines", seconds: seconds)
  }

  /// The summary for a person.
  public var report: String {
    var table = SummaryTable()
    table.add("shards", shards)
    for source in sources {
      let lines = SummaryTable.grouped(source.lines)
      let share =
        source.shards.map { " of \(SummaryTable.grouped(source.linesRead)), shards \($0)" } ?? ""
      table.add("manifest", "\(source.path) (\(source.role.rawValue), \(lines) lines\(share))")
    }
    table.add("lines", lines)
    table.add("model", model ?? "none has scored yet")
    table.add("decisions", hasDecisions ? "those of the shards" : "none yet: run winnow-purify")
    if differentlyFound > 0 { table.add("found differently by shards", differentlyFound) }
    if reviews > 0 { table.add("reviews", reviews) }
    if wasDone { table.add("time", "done before") }
    table.add(throughput)
    return table.text
  }
}
