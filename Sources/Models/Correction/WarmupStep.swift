import Layers
import Tensors

/// The loss that a network warms up with, before any pair is judged.
public enum WarmupLoss: String, Sendable, Codable, CaseIterable {
  /// The mean hinge over all negatives, as published.
  case published
  /// The complementary contrastive loss of RCL.
  case complementary
}

/// The gradients of a warm-up step, for w and for Θ.
public struct WarmupGradients: Sendable {
  /// The warm-up loss of the batch.
  public let loss: Double
  /// ∇_w of the loss.
  public var similarity: SimilarityNetwork
  /// ∇_Θ of the loss.
  public var meta: MetaNetwork
  /// For the running statistics.
  let encoded: EncodedBatch
  /// For those of BN_1 of the filtration, in caption order.
  let columnNorms: [ChannelNormalization]
}

extension CorrectedNetwork {
  /// Loss and gradients over all pairs of a batch.
  public func warmupGradients(
    _ batch: PairBatch, loss kind: WarmupLoss, dropout: BatchDropout?, workers: Workers
  ) -> WarmupGradients {
    let encoded = similarity.encode(batch, mode: .training, dropout: dropout, workers: workers)
    let tape = similarity.recordAllPairs(encoded, workers: workers)
    let metaTape = meta.forward(tape.vectors, workers: workers)
    let count = batch.imageCount
    let loss =
      switch kind {
      case .published: MatrixLoss.meanHinge(metaTape.similarities, count: count)
      case .complementary: MatrixLoss.complementary(metaTape.similarities, count: count)
      }
    var metaGradient = meta.zeroed()
    let vectorGradient = meta.reverse(metaTape, loss.gradient, into: &metaGradient)
    let gradient = similarity.gradient(
      tape, encoded, vectorGradient: vectorGradient, workers: workers)
    return WarmupGradients(
      loss: loss.value, similarity: gradient, meta: metaGradient, encoded: encoded,
      columnNorms: tape.norms)
  }

  /// ∇_Θ of the BCE on labelled pairs, w held fixed: what V learns during a calibrated warm-up.
  public func calibrationGradient(
    _ metaBatch: MetaBatch, dropout: BatchDropout?, workers: Workers
  ) -> MetaNetwork {
    let encoded = similarity.encode(
      metaBatch.pairs, mode: .training, dropout: dropout, workers: workers)
    let matched = (0..<metaBatch.labels.count).map { ImageCaptionPair(image: $0, caption: $0) }
    let tape = meta.forward(similarity.similarityVectors(of: matched, encoded, workers: workers))
    var gradient = meta.zeroed()
    _ = meta.reverse(
      tape, BinaryCrossEntropy(tape.similarities, labels: metaBatch.labels).gradient,
      into: &gradient)
    return gradient
  }
}
