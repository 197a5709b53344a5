import Pairs

/// A pair whose image has features.
public struct FeaturizedPair: Sendable, Equatable {
  /// The pair's number.
  public let pairID: Int64
  /// The pair's name across runs and shards.
  public let key: PairKey
  /// What the pair is for.
  public let role: PairRole
  /// The caption as written.
  public let caption: String
  /// The image content's number: the same for pairs that show the same picture.
  public let imageID: Int64
  /// SHA-256 of the image's content.
  public let imageDigest: SHA256Digest
  /// Where the image's features are.
  public let features: FeatureAddress
}
