import Pairs

/// What identifies a manifest and says how its lines are read.
public struct SourceDescription: Sendable, Equatable {
  /// The manifest's absolute path.
  public let path: String
  /// What its pairs are for.
  public let role: PairRole
  /// Which column comes first.
  public let columns: ColumnOrder
  /// The folder that relative image paths start from and may not leave, absolute.
  public let imageRoot: String
  /// SHA-256 of the file, 64 hexadecimal digits.
  public let sha256: String
  /// Which lines are wanted; nil for all of them.
  public let shards: ManifestShards?

  /// A source of its parts.
  public init(
    path: String, role: PairRole, columns: ColumnOrder, imageRoot: String, sha256: String,
    shards: ManifestShards? = nil
  ) {
    self.path = path
    self.role = role
    self.columns = columns
    self.imageRoot = imageRoot
    self.sha256 = sha256
    self.shards = shards
  }
}

/// One manifest that was ingested, or whose ingest was begun.
public struct SourceRecord: Sendable, Equatable {
  /// The row's number.
  public let id: Int64
  /// What was asked for.
  public let description: SourceDescription
  /// How many lines are in the database.
  public let lineCount: Int
  /// How many lines of the file were read; more than `lineCount` where others are left to other
  /// shards.
  public let linesRead: Int
  /// How many bytes of the file the lines read and their endings are: where the next one begins.
  public let byteCount: Int64
  /// Whether the file was read to its end.
  public let isComplete: Bool
  /// The run that ingested it.
  public let runID: Int64
}
