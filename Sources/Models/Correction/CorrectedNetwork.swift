import Layers
import Tensors

/// A similarity network and the meta network that corrects it.
public struct CorrectedNetwork: Sendable {
  /// w of the paper.
  public var similarity: SimilarityNetwork
  /// Θ of the paper.
  public var meta: MetaNetwork

  /// A network of given parts.
  public init(similarity: SimilarityNetwork, meta: MetaNetwork) {
    self.similarity = similarity
    self.meta = meta
  }

  /// Random initial weights.
  public init(_ configuration: SimilarityConfiguration, generator: inout RandomGenerator) {
    similarity = SimilarityNetwork(configuration, generator: &generator)
    meta = MetaNetwork(configuration, generator: &generator)
  }

  /// S of all images against all captions: [images, captions].
  public func similarityMatrix(
    _ batch: PairBatch, mode: Mode, workers: Workers
  ) -> Tensor {
    let encoded = similarity.encode(batch, mode: mode, dropout: nil, workers: workers)
    let vectors = similarity.similarityVectors(encoded, workers: workers).vectors
    return meta.forward(vectors, workers: workers).similarities.reshaped([
      batch.imageCount, batch.captionCount,
    ])
  }

  /// The similarity of each image with the caption of the same index: [pairs].
  public func matchedSimilarities(_ batch: PairBatch, workers: Workers) -> Tensor {
    precondition(batch.imageCount == batch.captionCount, "as many images as captions")
    let encoded = similarity.encode(batch, mode: .evaluation, dropout: nil, workers: workers)
    let pairs = (0..<batch.imageCount).map { ImageCaptionPair(image: $0, caption: $0) }
    return meta.forward(
      similarity.similarityVectors(of: pairs, encoded, workers: workers), workers: workers
    ).similarities
  }
}
