import Pairs

/// One manifest line with everything an export may say of it.
public struct ExportRow: Sendable {
  /// Where the line's bytes are.
  public enum Line: Sendable, Equatable {
    /// The bytes, without the ending.
    case bytes([UInt8])
    /// A line too long to be held: its place in the manifest file.
    case inManifest(offset: Int64, count: Int64)
  }

  /// The pair's number.
  public let pairID: Int64
  /// The source's number.
  public let sourceID: Int64
  /// The line's number, from 1.
  public let lineNumber: Int
  /// The pair's name across runs and shards.
  public let key: PairKey
  /// The line as it came.
  public let line: Line
  /// How it ended.
  public let lineEnding: LineEnding
  /// The caption; nil for a line that is not two columns.
  public let caption: String?
  /// The URL; nil for a line that is not two columns.
  public let url: String?
  /// The manifest's path.
  public let source: String
  /// What the pair is for.
  public let role: PairRole
  /// Where it stands, after reviews.
  public let status: PairStatus
  /// Why, after reviews; nil while pending.
  public let reason: PairReason?
  /// What exactly was found.
  public let detail: String?
  /// SHA-256 of the image, 64 hexadecimal digits.
  public let imageSHA256: String?
  /// The image's format.
  public let imageFormat: String?
  /// The image's width in pixels.
  public let width: Int?
  /// The image's height in pixels.
  public let height: Int?
  /// Network A's similarity.
  public let similarityA: Double?
  /// Network B's similarity.
  public let similarityB: Double?
  /// The mean of both.
  public let similarity: Double?
  /// The probability that the pair matches.
  public let cleanProbability: Double?
}

/// Which pairs an export takes.
public struct ExportFilter: Sendable, Equatable {
  /// What the pairs are for.
  public var roles: Set<PairRole>
  /// Where they stand after reviews; nil for anywhere.
  public var status: PairStatus?
  /// Why they stand there; nil for any reason.
  public var reason: PairReason?

  /// A filter of its parts.
  public init(roles: Set<PairRole>, status: PairStatus? = nil, reason: PairReason? = nil) {
    self.roles = roles
    self.status = status
    self.reason = reason
  }
}
