import Pairs

/// An image location that is to be looked at: no stage has yet, or features of what was found are
/// wanted and none are stored.
public struct PendingImage: Sendable, Equatable {
  /// The location's number; locations are numbered by first appearance.
  public let locationID: Int64
  /// The URL or path as the first line that names it writes it.
  public let url: String
  /// The folder that relative paths start from and may not leave, absolute.
  public let imageRoot: String
  /// The content that its URL gave; nil for a local path.
  public let fetched: SHA256Digest?
  /// The picture that a stage found when it looked; nil where none has.
  public let known: SHA256Digest?

  /// A location of its parts.
  public init(
    locationID: Int64, url: String, imageRoot: String, fetched: SHA256Digest? = nil,
    known: SHA256Digest? = nil
  ) {
    self.locationID = locationID
    self.url = url
    self.imageRoot = imageRoot
    self.fetched = fetched
    self.known = known
  }
}

/// An image and where it can be read.
public struct ImageSources: Sendable, Equatable {
  /// The hash of its bytes.
  public let digest: SHA256Digest
  /// Where it was found, in order of first appearance.
  public var locations: [PendingImage] = []
}

/// Where an image's features are.
public struct FeatureAddress: Hashable, Sendable {
  /// The number of the shard file; −1 and below for arrays of precomputed features, which are not
  /// the workspace's own.
  public let shard: Int
  /// The row in it.
  public let row: Int

  /// An address of its parts.
  public init(shard: Int, row: Int) {
    self.shard = shard
    self.row = row
  }
}

/// What is known of one image content from its bytes alone.
public struct ImageContent: Sendable, Equatable {
  /// The hash of the file's bytes.
  public let digest: SHA256Digest
  /// The format's name by content, `jpeg` or `png`; nil when it is none that is known.
  public let format: String?
  /// Pixels, after orientation; nil when the header does not tell.
  public let width: Int?
  /// Pixels, after orientation; nil when the header does not tell.
  public let height: Int?
  /// What the picture looks like; nil where there is no picture.
  public let look: ImageLook?

  /// A content of its parts.
  public init(
    digest: SHA256Digest, format: String?, width: Int?, height: Int?, look: ImageLook? = nil
  ) {
    self.digest = digest
    self.format = format
    self.width = width
    self.height = height
    self.look = look
  }
}

/// What a picture looks like.
public enum ImageLook: Sendable, Equatable {
  /// Its perceptual hash, never 0: pictures that look nearly the same differ in few bits.
  case hash(UInt64)
  /// One colour all over: it cannot be told from others of its kind.
  case nothing
}

/// One image content that was looked at before.
public struct StoredImage: Sendable, Equatable {
  /// The row's number.
  public let id: Int64
  /// Where its features are; nil when it failed, or when they were used and not stored.
  public let features: FeatureAddress?
  /// Why it could not be used; nil when it could.
  public let failure: RowFailure?

  /// Whether nothing more is to be learned from its bytes.
  public var isSettled: Bool { features != nil || failure != nil }
}

/// What came of one image location.
public struct ImageOutcome: Sendable {
  /// What came of it.
  public enum Result: Sendable {
    /// No bytes: nothing there, unreadable or outside the image root.
    case unavailable(RowFailure)
    /// Bytes that could not be made into features.
    case unusable(ImageContent, RowFailure)
    /// Bytes with features.
    case featurized(ImageContent, FeatureAddress)
    /// Bytes whose features were used and not stored.
    case streamed(ImageContent)
    /// Bytes that were looked at before, under another name.
    case known(imageID: Int64)
  }

  /// The location's number.
  public let locationID: Int64
  /// What came of it.
  public let result: Result

  /// An outcome of its parts.
  public init(locationID: Int64, result: Result) {
    self.locationID = locationID
    self.result = result
  }
}
