import Pairs

/// What stops a run in this module. A bad pair is a row of the audit, never one of these.
public enum AuditError: Error, Equatable, Sendable {
  /// The database cannot be opened, read or written.
  case database(path: String, problem: String)
  /// Another process kept the database locked for longer than the time allowed.
  case busy(path: String)
  /// There is no database at the path.
  case missing(path: String)
  /// The file is not an audit database.
  case foreign(path: String)
  /// The database was made by a newer version of the program.
  case newerVersion(path: String, found: Int, known: Int)
  /// A source was ingested with other options than it is asked for now.
  case sourceConflict(path: String, option: String, stored: String, given: String)
  /// A source was ingested as other shards of its manifest, or whole, than it is asked for now.
  case shardConflict(path: String, stored: ManifestShards?, given: ManifestShards?)
  /// A source's file is not the one whose ingest was begun.
  case sourceChanged(path: String)
  /// A source cannot be discarded, since people reviewed its pairs.
  case sourceReviewed(path: String, reviews: Int)
  /// A stored value is not of its closed list.
  case unknownValue(column: String, value: String)
  /// A row that is referred to is not there.
  case noSuchRow(table: String, id: Int64)
  /// A text that names the place of a page and is none that a page gave.
  case badCursor(String)
  /// A run that made no decisions was named where one that did is needed.
  case notADecisionRun(run: Int64, those: [Int64])
  /// Two shards that are to be united contradict each other.
  case shardsDiffer(MergeConflict)
  /// What was asked for cannot be.
  case refused(what: String, problem: String)
}

extension AuditError: CustomStringConvertible {
  /// What failed, where, and what to do.
  public var description: String {
    switch self {
    case .database(let path, let problem):
      "\(path): \(problem)"
    case .busy(let path):
      "\(path): another process is writing to it; try again when that is done"
    case .missing(let path):
      "\(path): there is no audit database; begin with winnow-ingest"
    case .foreign(let path):
      "\(path): not an audit database of Winnow; name another workspace"
    case .newerVersion(let path, let found, let known):
      "\(path): made by a newer version of Winnow (its schema is \(found), this program knows up"
        + " to \(known)); use that version or a new workspace"
    case .sourceConflict(let path, let option, let stored, let given):
      "\(path): already ingested with --\(option) \(stored), now asked for \(given); give the same"
        + " option, or --restart to ingest it anew"
    case .shardConflict(let path, let stored, let given):
      "\(path): this workspace holds \(Self.name(stored)), now asked for \(Self.name(given)); give"
        + " each shard a workspace of its own and unite them with winnow-merge, or give --restart to"
        + " ingest it anew"
    case .sourceChanged(let path):
      "\(path): has changed since its ingest began; restore it, or give --restart to ingest it anew"
    case .sourceReviewed(let path, let reviews):
      "\(path): \(reviews) reviews refer to its pairs, so its ingest cannot be discarded; use a new"
        + " workspace"
    case .unknownValue(let column, let value):
      "the audit database holds \"\(value)\" in \(column), which this program does not know"
    case .noSuchRow(let table, let id):
      "the audit database has no \(table) \(id)"
    case .badCursor(let text):
      "\"\(text.prefix(100))\" is not the place of a page in this order; begin with the first page"
    case .notADecisionRun(let run, let those):
      "run \(run) decided nothing; "
        + (those.isEmpty
          ? "no run did yet: run winnow-purify first"
          : "the runs that did: \(those.map(String.init).joined(separator: ", "))")
    case .shardsDiffer(let conflict):
      conflict.description
    case .refused(let what, let problem):
      "\(what) \(problem)"
    }
  }

  private static func name(_ shards: ManifestShards?) -> String {
    shards.map { "shard \($0) of it" } ?? "the whole of it"
  }
}
