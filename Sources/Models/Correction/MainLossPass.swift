import Layers
import Tensors

/// A batch as the look-ahead and the real step share it: encoded once, the similarity vectors of
/// all pairs computed once. Both start from the same w with the same dropout masks; only Θ differs.
public struct MainBatch: Sendable {
  let count: Int
  let encoded: EncodedBatch
  /// What BN_1 of the filtration ran over, in caption order.
  let columnNorms: [ChannelNormalization]
  /// [pairs, m], image by image.
  let vectors: Tensor
}

/// The main loss under one Θ, and the pairs that it pulls on.
public struct ActivePairs: Sendable {
  /// The main loss under this Θ.
  public let loss: Double
  /// The pairs whose similarity has a derivative: hardest negatives and diagonals.
  public let pairs: [ImageCaptionPair]
  /// k: how often each is counted, with its sign: [pairs].
  public let weights: Tensor
}

/// A differentiable pass over active pairs under one w, whatever Θ is.
public struct RecordedPairs: Sendable {
  let pairs: [ImageCaptionPair]
  let tape: PairTape
}

extension CorrectedNetwork {
  /// Encodes a batch and computes the similarity vectors of all its pairs, in training mode.
  public func mainBatch(
    _ batch: PairBatch, dropout: BatchDropout?, workers: Workers
  ) -> MainBatch {
    let encoded = similarity.encode(batch, mode: .training, dropout: dropout, workers: workers)
    let (vectors, columnNorms) = similarity.similarityVectors(encoded, workers: workers)
    return MainBatch(
      count: batch.imageCount, encoded: encoded, columnNorms: columnNorms, vectors: vectors)
  }

  /// Margins, hardest negatives and loss under the present Θ.
  public func activePairs(_ batch: MainBatch, workers: Workers) -> ActivePairs {
    let similarities = meta.forward(batch.vectors, workers: workers).similarities
    let loss = MatrixLoss.hardestNegatives(
      similarities,
      margins: MatrixLoss.adaptiveMargins(similarities, count: batch.count))
    var pairs: [ImageCaptionPair] = []
    var weights: [Float] = []
    for (position, weight) in loss.gradient.elements.enumerated() where weight != 0 {
      pairs.append(
        ImageCaptionPair(image: position / batch.count, caption: position % batch.count))
      weights.append(weight)
    }
    return ActivePairs(loss: loss.value, pairs: pairs, weights: Tensor(weights))
  }

  /// A differentiable pass over the active pairs alone: all others have no gradient.
  func record(_ active: ActivePairs, _ batch: MainBatch, workers: Workers) -> RecordedPairs {
    RecordedPairs(
      pairs: active.pairs, tape: similarity.record(active.pairs, batch.encoded, workers: workers))
  }

  /// ∇_w of the main loss under the present Θ.
  /// - Parameter metaTape: V on the recorded pairs.
  func mainGradient(
    _ recorded: RecordedPairs, _ metaTape: MetaNetwork.Tape, _ active: ActivePairs,
    _ batch: MainBatch, workers: Workers
  ) -> SimilarityNetwork {
    guard !active.pairs.isEmpty else { return similarity.zeroed() }
    var unused = meta.zeroed()
    let vectorGradient = meta.reverse(metaTape, active.weights, into: &unused)
    return similarity.gradient(
      recorded.tape, batch.encoded, vectorGradient: vectorGradient, workers: workers)
  }
}
