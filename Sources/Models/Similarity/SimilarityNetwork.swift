import Layers
import Tensors

/// SGRAF (Diao et al., AAAI 2021): from region features and word indices to the similarity vector
/// of an image–caption pair.
///
/// A deviation from the published code, exact to rounding: query and key products of the reasoning
/// are folded into one (`FoldedReasoningStep`), and the last reasoning step computes node 0 alone.
public struct SimilarityNetwork: Parameterized {
  /// From region features to the shared space.
  public var imageEncoder: ImageEncoder
  /// From words to the shared space.
  public var captionEncoder: CaptionEncoder
  /// Where image and caption meet.
  public var alignment: PairAlignment
  /// From alignments to the similarity vector.
  public var reasoning: SimilarityReasoning
  /// The sizes this network was made with.
  public let configuration: SimilarityConfiguration

  /// A network with random initial weights.
  public init(_ configuration: SimilarityConfiguration, generator: inout RandomGenerator) {
    self.configuration = configuration
    imageEncoder = ImageEncoder(configuration, generator: &generator)
    captionEncoder = CaptionEncoder(configuration, generator: &generator)
    alignment = PairAlignment(configuration, generator: &generator)
    reasoning = SimilarityReasoning(configuration, generator: &generator)
  }

  /// Calls `visit` with each trainable tensor under its published name.
  public mutating func visitParameters(
    prefix: String, _ visit: (String, inout Tensor) throws -> Void
  ) rethrows {
    try imageEncoder.visitParameters(prefix: prefix, visit)
    try captionEncoder.visitParameters(prefix: prefix, visit)
    try alignment.visitParameters(prefix: prefix, visit)
    try reasoning.visitParameters(prefix: prefix, visit)
  }

  /// Visits the BatchNorms, whose running statistics belong to a checkpoint.
  public mutating func visitNorms(
    prefix: String, _ visit: (String, inout BatchNorm) throws -> Void
  ) rethrows {
    try imageEncoder.pooling.visitNorms(prefix: prefix + "sim_enc.v_global_w.", visit)
    try reasoning.visitNorms(prefix: prefix, visit)
  }
}

/// Images and captions that a network sees together.
public struct PairBatch: Sendable {
  /// [images, regions, regionDimension].
  public let features: Tensor
  /// The captions as word indices, or as embeddings once encoded.
  public let captions: CaptionBatch

  /// - Parameters:
  ///   - features: [images, regions, regionDimension].
  ///   - captions: vocabulary indices of each caption.
  public init(features: Tensor, captions: [[Int32]]) {
    self.features = features
    self.captions = CaptionBatch(captions)
  }

  /// Number of images.
  public var imageCount: Int { features.shape[0] }
  /// Number of captions.
  public var captionCount: Int { captions.segments.count }
}

/// The dropout masks of one pass over a batch; the look-ahead and the real step share theirs.
public struct BatchDropout: Sendable {
  let words: Tensor
  let images: PoolingDropout
  let captions: PoolingDropout

  /// Draws all masks; returns nil for a rate of zero.
  public init?(
    for batch: PairBatch, _ configuration: SimilarityConfiguration,
    generator: inout RandomGenerator
  ) {
    let wordCount = batch.captions.words.count
    let width = configuration.embedSize
    guard
      let images = PoolingDropout(
        rows: batch.imageCount * configuration.regions, segments: batch.imageCount,
        width: width, rate: configuration.dropout, generator: &generator),
      let captions = PoolingDropout(
        rows: wordCount, segments: batch.captionCount, width: width,
        rate: configuration.dropout, generator: &generator)
    else { return nil }
    words = generator.dropoutMask(
      [wordCount, configuration.wordDimension], rate: configuration.dropout)
    self.images = images
    self.captions = captions
  }
}

/// Both sides of a batch in the shared space, with what their derivatives need.
public struct EncodedBatch: Sendable {
  let imageTape: ImageEncoder.Tape
  let captionTape: CaptionEncoder.Tape
  /// How it was encoded, and is to be aligned.
  let mode: Mode
  /// The images in the shared space.
  public let images: ImageEmbeddings
  /// The captions as word indices, or as embeddings once encoded.
  public let captions: CaptionEmbeddings
}

extension SimilarityNetwork {
  /// Brings images and captions into the shared space.
  public func encode(
    _ batch: PairBatch, mode: Mode, dropout: BatchDropout?, workers: Workers
  ) -> EncodedBatch {
    let imageTape = imageEncoder.forward(
      batch.features, mode: mode, dropout: dropout?.images, workers: workers)
    let captionTape = captionEncoder.forward(
      batch.captions, mode: mode, embeddingDropout: dropout?.words,
      poolingDropout: dropout?.captions, workers: workers)
    return EncodedBatch(
      imageTape: imageTape, captionTape: captionTape, mode: mode, images: imageTape.output,
      captions: captionTape.output)
  }

  /// Moves the BatchNorms' running statistics as the real step on this batch does.
  /// - Parameter columnNorms: what BN_1 ran over, in caption order.
  mutating func moveStatistics(
    towards encoded: EncodedBatch, columnNorms: [ChannelNormalization]
  ) {
    imageEncoder.pooling.moveStatistics(towards: encoded.imageTape.pooling)
    guard case .filtration(var filtration) = reasoning else { return }
    for norm in columnNorms { filtration.norm.moveStatistics(towards: norm) }
    reasoning = .filtration(filtration)
  }
}
