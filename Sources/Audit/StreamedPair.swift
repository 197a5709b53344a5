import Pairs

/// An image location that is to be looked at, or to be scored, while nothing is stored of its features.
public struct StreamedLocation: Sendable, Equatable {
  /// Where the picture is, and what was found there before.
  public let image: PendingImage
  /// Whether a stage looked at it before.
  public let isLookedAt: Bool
  /// Where the picture's features are; nil where none are stored.
  public let features: FeatureAddress?
}

/// A pair that a model has not scored, at a location that was looked at.
public struct StreamedPair: Sendable, Equatable {
  /// The number of the pair's location.
  public let locationID: Int64
  /// The pair's number.
  public let pairID: Int64
  /// The pair's name across runs and shards.
  public let key: PairKey
  /// The caption as written.
  public let caption: String
  /// The image content's number: the same for pairs that show the same picture.
  public let imageID: Int64
}

/// A place in the order in which streaming scores pairs: by location, then by number.
public struct StreamPosition: Sendable, Equatable {
  /// The number of the location.
  public var locationID: Int64
  /// The number of the pair.
  public var pairID: Int64

  /// A place of its parts.
  public init(locationID: Int64, pairID: Int64) {
    self.locationID = locationID
    self.pairID = pairID
  }

  /// Before the first pair of the locations after a number.
  public init(afterLocation location: Int64) {
    self.init(locationID: location, pairID: .max)
  }
}
