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

  /// A source of its parts.
  public init(
    path: String, role: PairRole, columns: ColumnOrder, imageRoot: String, sha256: String
  ) {
    self.path = path
    self.role = role
    self.columns = columns
    self.imageRoot = imageRoot
    self.sha256 = sha256
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
  /// How many bytes of the file these lines and their endings are: where the next one begins.
  public let byteCount: Int64
  /// Whether that is the whole file.
  public let isComplete: Bool
  /// The run that ingested it.
  public let runID: Int64
}
