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
  /// What a person said of the pair; nil where nobody did, and when that was not asked for.
  public let review: ExportedReview?
  /// Where the pair's picture is; nil when that was not asked for.
  public let picture: ExportedPicture?
  /// Where the features of the pair's image are; nil when there are none, and when that was not asked
  /// for.
  public let features: ExportedFeatures?
}

/// What a person said of an exported pair.
public struct ExportedReview: Sendable, Equatable {
  /// `kept` or `rejected`.
  public let verdict: PairStatus
  /// What was noted.
  public let note: String?
  /// Who said it.
  public let reviewer: String
  /// When, in ISO 8601.
  public let createdAt: String
}

/// Where the picture of an exported pair is.
public struct ExportedPicture: Sendable, Equatable {
  /// The folder that relative paths start from and may not leave, absolute.
  public let imageRoot: String
  /// The content that the URL gave; nil for a local path, and for a URL that was not fetched.
  public let fetched: SHA256Digest?
  /// How many pairs of the same key and of the exported roles there are in sources before this one: a
  /// key names a pair only within its source.
  public let repeatsBefore: Int
}

/// Where the features of an exported pair's image are.
public struct ExportedFeatures: Sendable, Equatable {
  /// The image content's number.
  public let imageID: Int64
  /// Where its features are.
  public let address: FeatureAddress
}

/// What an export asks for beside the line and its decision. Each costs a search for every pair.
public struct ExportDetails: OptionSet, Sendable {
  /// The bits.
  public let rawValue: Int
  /// What a person said.
  public static let review = ExportDetails(rawValue: 1)
  /// Where the picture is.
  public static let picture = ExportDetails(rawValue: 2)
  /// Where the features are.
  public static let features = ExportDetails(rawValue: 4)

  /// Details of their bits.
  public init(rawValue: Int) { self.rawValue = rawValue }
}

/// Which pairs an export takes.
public struct ExportFilter: Sendable, Equatable {
  /// What the pairs are for.
  public var roles: Set<PairRole>
  /// Where they stand after reviews; nil for anywhere.
  public var status: PairStatus?
  /// Why they stand there; nil for any reason.
  public var reason: PairReason?
  /// Whether only pairs are taken of which a person said something.
  public var isReviewed: Bool

  /// A filter of its parts.
  public init(
    roles: Set<PairRole>, status: PairStatus? = nil, reason: PairReason? = nil,
    isReviewed: Bool = false
  ) {
    self.roles = roles
    self.status = status
    self.reason = reason
    self.isReviewed = isReviewed
  }
}
