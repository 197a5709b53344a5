import Tensors

/// Where the region features of images come from.
public protocol RegionSource: Sendable {
  /// Regions per image.
  var regions: Int { get }
  /// Numbers per region.
  var dimension: Int { get }
  /// The features of images, repeats allowed: [images, regions, dimension].
  func features(ofImages images: [Int]) throws -> Tensor
}

/// Captions and the images they were found with.
public struct CaptionedImages: Sendable {
  /// Vocabulary indices of each caption, `<start>` and `<end>` included.
  public let captions: [[Int32]]
  /// For each caption the image's index in the region source; equal contents have equal indices.
  public let images: [Int]

  /// Data of its parts.
  public init(captions: [[Int32]], images: [Int]) {
    precondition(captions.count == images.count, "one image a caption")
    self.captions = captions
    self.images = images
  }

  /// No pairs.
  public static let none = CaptionedImages(captions: [], images: [])

  /// Number of pairs.
  public var count: Int { captions.count }

  /// These pairs, then others.
  func followed(by other: CaptionedImages) -> CaptionedImages {
    CaptionedImages(captions: captions + other.captions, images: images + other.images)
  }
}

/// What a training run learns from.
public struct TrainingData: Sendable {
  /// Where all their region features come from.
  public let source: any RegionSource
  /// Pairs of unknown worth.
  public let harvested: CaptionedImages
  /// The meta pairs.
  public let trusted: CaptionedImages
  /// Pairs of which a person said that they do not match.
  public let mismatched: CaptionedImages
  /// Trusted pairs to choose the best epoch on; may be empty.
  public let dev: CaptionedImages

  /// Data of its parts.
  public init(
    source: any RegionSource, harvested: CaptionedImages, trusted: CaptionedImages,
    mismatched: CaptionedImages = .none, dev: CaptionedImages
  ) {
    self.source = source
    self.harvested = harvested
    self.trusted = trusted
    self.mismatched = mismatched
    self.dev = dev
  }
}
