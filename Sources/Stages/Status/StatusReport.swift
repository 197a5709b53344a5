import Audit
import Foundation
import Pairs

/// Where a workspace stands.
public struct StatusReport: StageSummary, Equatable {
  /// One manifest.
  public struct Source: Codable, Sendable, Equatable {
    /// Its path.
    public let path: String
    /// What its pairs are for.
    public let role: PairRole
    /// Its lines in the database.
    public let lines: Int
    /// Which shards of the manifest these are, such as `7/64`; nil for the whole of it.
    public let shards: ManifestShards?
    /// Lines of the manifest that were read; more than `lines` in a shard.
    public let linesRead: Int
    /// Whether the manifest was read to its end.
    public let isComplete: Bool

    enum CodingKeys: String, CodingKey {
      case path = "path"
      case role = "role"
      case lines = "lines"
      case shards = "shards"
      case linesRead = "lines_read"
      case isComplete = "complete"
    }
  }

  /// The last run of one stage.
  public struct Run: Codable, Sendable, Equatable {
    /// The stage.
    public let stage: String
    /// When it began.
    public let startedAt: String
    /// When it ended; nil when it goes on or was stopped.
    public let endedAt: String?
    /// What was done, in how much time, before a kill and after it; nil in runs of earlier versions.
    public let work: Throughput?

    enum CodingKeys: String, CodingKey {
      case stage = "stage"
      case startedAt = "started_at"
      case endedAt = "ended_at"
      case work = "throughput"
    }

    init(_ run: RunRecord) {
      stage = run.command
      startedAt = run.startedAt
      endedAt = run.endedAt
      work =
        if let unit = run.unit, let done = run.done, let seconds = run.seconds {
          Throughput(done, unit, seconds: seconds)
        } else { nil }
    }

    /// `began 2026-01-02T03:00:00Z, ended 2026-01-02T03:04:05Z, 2,092 pairs in 12.3 s, 170 pairs/s`.
    var text: String {
      var parts = ["began \(startedAt)", endedAt.map { "ended \($0)" } ?? "not ended"]
      if let work {
        parts.append(
          "\(SummaryTable.grouped(work.done)) \(work.unit) in \(Throughput.time(work.seconds))")
        if let rate = work.perSecond { parts.append(Throughput.rate(rate, work.unit)) }
      }
      return parts.joined(separator: ", ")
    }
  }

  /// The workspace's path.
  public let workspace: String
  /// Who writes to it now.
  public let writer: String?
  /// The workspaces that it was united from; nil for an ordinary one.
  public let mergedFrom: [String]?
  /// Its manifests.
  public let sources: [Source]
  /// When what follows was counted; nil where it is how things stand now.
  public let countedAt: String?
  /// URLs to fetch.
  public let urls: Int
  /// How many of them were fetched.
  public let urlsFetched: Int
  /// How many of them failed.
  public let urlsFailed: Int
  /// Image locations whose bytes are here, and how many of them were looked at.
  public let images: Int
  /// How many of them were looked at.
  public let imagesDone: Int
  /// How many pictures have stored features; nil where features of all were stored or never used, known
  /// by whether any run of `winnow-score --stream` began.
  public let featuresStored: Int?
  /// The model whose scores are shown.
  public let model: String?
  /// How decisions were made, and above what.
  public let rule: String?
  /// Pairs per role, status and reason.
  public let counts: [StatusCount]
  /// The last run of each stage, in the order in which they began.
  public let runs: [Run]

  enum CodingKeys: String, CodingKey {
    case workspace = "workspace"
    case writer = "writer"
    case mergedFrom = "merged_from"
    case sources = "sources"
    case countedAt = "counted_at"
    case urls = "urls"
    case urlsFetched = "urls_fetched"
    case urlsFailed = "urls_failed"
    case images = "images"
    case imagesDone = "images_done"
    case featuresStored = "features_stored"
    case model = "model"
    case rule = "rule"
    case counts = "counts"
    case runs = "runs"
  }

  /// Beside a writer, so many lines are not counted anew: it would change again before they are.
  static let mostCountedLines = 1_000_000

  /// Reads where a workspace stands, beside any writer.
  public init(of workspace: Workspace) throws {
    try self.init(of: workspace, counting: Self.mostCountedLines)
  }

  /// - Parameter limit: The most lines that are counted anew beside a writer.
  init(of workspace: Workspace, counting limit: Int) throws {
    try workspace.checkVersion()
    let database = try workspace.openIngested(.reading)
    self.workspace = workspace.path
    writer = workspace.currentWriter()
    mergedFrom = try workspace.merged()?.shards
    sources = try database.sources().map { source in
      Source(
        path: source.description.path, role: source.description.role, lines: source.lineCount,
        shards: source.description.shards, linesRead: source.linesRead,
        isComplete: source.isComplete)
    }
    let kept = try database.keptStanding()
    let standing: Standing
    if let kept, kept.isCurrent {
      (standing, countedAt) = (kept.standing, nil)
    } else if let kept, writer != nil,
      sources.reduce(0, { $0 + $1.lines }) > limit
    {
      (standing, countedAt) = (kept.standing, kept.countedAt)
    } else {
      (standing, countedAt) = (try database.standing(), nil)
    }
    urls = standing.urls.total
    urlsFetched = standing.urls.fetched
    urlsFailed = standing.urls.failed
    images = standing.images.total
    imagesDone = standing.images.done
    counts = standing.pairs
    model = try database.publishedModel()?.name
    rule = try database.publishedRule().map { "\($0.rule.name) above \($0.rule.threshold)" }
    let runs = try database.runs()
    let isStreamed = mergedFrom == nil && runs.contains(where: \.isStreamedFeaturizing)
    featuresStored = isStreamed ? try database.storedFeatureCount() : nil
    var last: [String: RunRecord] = [:]
    for run in runs { last[run.command] = run }
    self.runs = last.values.sorted { $0.id < $1.id }.map(Run.init)
  }
}

extension StatusReport {
  /// None of its own: looking takes no time.
  public var throughput: Throughput? { nil }

  /// The summary for a person.
  public var report: String {
    var table = SummaryTable()
    table.add("workspace", workspace)
    if let writer { table.add("being written to by", writer) }
    if let mergedFrom { table.add("united from", "\(mergedFrom.count) workspaces") }
    for source in sources {
      let lines = SummaryTable.grouped(source.lines)
      let state = source.isComplete ? "" : ", not complete"
      let share =
        source.shards.map { " of \(SummaryTable.grouped(source.linesRead)), shard \($0)" } ?? ""
      table.add(
        "manifest", "\(source.path) (\(source.role.rawValue), \(lines) lines\(share)\(state))")
    }
    if let countedAt { table.add("counted", "\(countedAt), since then more was done") }
    if urls > 0 {
      let (fetched, failed) = (SummaryTable.grouped(urlsFetched), SummaryTable.grouped(urlsFailed))
      table.add("URLs", "\(fetched) of \(SummaryTable.grouped(urls)) fetched, \(failed) failed")
    }
    let done = SummaryTable.grouped(imagesDone)
    let kind = urls > 0 ? "fetched or local" : "local"
    table.add("images", "\(done) of \(SummaryTable.grouped(images)) \(kind) ones looked at")
    if let featuresStored {
      let count = SummaryTable.grouped(featuresStored)
      table.add("stored features", "of \(count) pictures; winnow-featurize stores the others'")
    }
    table.add("model", model ?? "none has scored yet")
    table.add("decisions", rule ?? "none yet")
    for count in counts {
      let reason = count.reason.map { " (\($0.rawValue))" } ?? ""
      table.add("\(count.role.rawValue) \(count.status.rawValue)\(reason)", count.pairs)
    }
    for run in runs { table.add("last \(run.stage)", run.text) }
    return table.text
  }
}
