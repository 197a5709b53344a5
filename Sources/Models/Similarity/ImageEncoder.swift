import Layers
import Tensors

/// Regions of a batch of images in the shared space, and each image's global vector.
public struct ImageEmbeddings: Sendable {
  /// Unit vectors: [images · regions, d].
  public var regions: Tensor
  /// Unit vectors: [images, d].
  public var globals: Tensor
  /// Which rows belong to which image.
  public let segments: Segments

  /// Zeros of the same shapes: an empty gradient.
  func zeroed() -> ImageEmbeddings {
    ImageEmbeddings(
      regions: .zeros(regions.shape), globals: .zeros(globals.shape), segments: segments)
  }
}

/// x = l2norm(W f + b) for each region, and the self-attention pooling of an image's regions
/// (SGRAF, sections 3.1 and 3.2).
public struct ImageEncoder: Parameterized {
  /// W and b: [d, regionDimension].
  public var projection: Linear
  /// Regions to one global vector.
  public var pooling: SelfAttentionPooling

  /// - Parameter configuration: uses the region count and both widths.
  public init(_ configuration: SimilarityConfiguration, generator: inout RandomGenerator) {
    projection = Linear(
      inputs: configuration.regionDimension, outputs: configuration.embedSize,
      generator: &generator)
    pooling = SelfAttentionPooling(
      width: configuration.embedSize, regions: configuration.regions, generator: &generator)
  }

  /// Calls `visit` with each trainable tensor under its published name.
  public mutating func visitParameters(
    prefix: String, _ visit: (String, inout Tensor) throws -> Void
  ) rethrows {
    try projection.visitParameters(prefix: prefix + "img_enc.fc.", visit)
    try pooling.visitParameters(prefix: prefix + "sim_enc.v_global_w.", visit)
  }

  /// What a pass leaves behind for its derivatives.
  public struct Tape: Sendable {
    let features: Tensor
    let regions: NormalizedRows
    let pooling: SelfAttentionPooling.Tape
    let segments: Segments

    /// The embeddings that the pass computed.
    public var output: ImageEmbeddings {
      ImageEmbeddings(regions: regions.output, globals: pooling.output, segments: segments)
    }
  }

  /// - Parameter features: [images, regions, regionDimension].
  public func forward(
    _ features: Tensor, mode: Mode, dropout: PoolingDropout?, workers: Workers
  ) -> Tape {
    precondition(features.rank == 3, "features of shape \(features.shape)")
    let segments = Segments(repeating: features.shape[1], count: features.shape[0])
    let regions = NormalizedRows(projection(features, workers: workers), workers: workers)
    let pooling = pooling.forward(
      regions.output, segments, mode: mode, dropout: dropout, workers: workers)
    return Tape(features: features, regions: regions, pooling: pooling, segments: segments)
  }

  /// Adds the gradients of the parameters.
  public func reverse(
    _ tape: Tape, _ outputGradient: ImageEmbeddings, into gradient: inout ImageEncoder,
    workers: Workers
  ) {
    var regionGradient = pooling.reverse(
      tape.pooling, outputGradient.globals, into: &gradient.pooling, workers: workers)
    regionGradient.add(outputGradient.regions, workers: workers)
    gradient.projection.accumulateGradient(
      of: tape.features, tape.regions.jacobianProduct(regionGradient, workers: workers),
      workers: workers)
  }

  /// The tangent of the embeddings along a direction of the parameters.
  public func tangent(
    _ tape: Tape, along direction: ImageEncoder, workers: Workers
  ) -> ImageEmbeddings {
    let projected = projection.tangent(
      of: tape.features, nil, along: direction.projection, workers: workers)
    let regions = tape.regions.jacobianProduct(projected, workers: workers)
    let globals = pooling.tangent(
      tape.pooling, regions, along: direction.pooling, workers: workers)
    return ImageEmbeddings(regions: regions, globals: globals, segments: tape.segments)
  }
}
