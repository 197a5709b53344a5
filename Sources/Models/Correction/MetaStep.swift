import Layers
import Tensors

/// Trusted pairs and drawn mismatches, image i with caption i.
public struct MetaBatch: Sendable {
  /// Image i with caption i.
  public let pairs: PairBatch
  /// 1 for a trusted pair, 0 for a mismatch.
  public let labels: [Float]

  /// One label a pair.
  public init(pairs: PairBatch, labels: [Float]) {
    precondition(
      pairs.imageCount == labels.count && pairs.captionCount == labels.count, "one label a pair")
    self.pairs = pairs
    self.labels = labels
  }
}

/// What a meta step found: how well V judges trusted pairs after the look-ahead, and how Θ should
/// change for it to judge them better.
public struct MetaGradient: Sendable {
  /// V on the meta batch at w′: [pairs].
  public let similarities: Tensor
  /// Their binary cross-entropy.
  public let loss: Double
  /// ∇_Θ of it, through w′.
  public let gradient: MetaNetwork
  /// The look-ahead's pass over its active pairs, for the real step.
  public let recorded: RecordedPairs
}

extension CorrectedNetwork {
  /// The gradient of the meta loss for Θ through the look-ahead w′ = w − lr ∇_w ℓ_main(w, Θ).
  ///
  /// The total derivative is ∂BCE/∂Θ at w′, minus lr times ∂/∂Θ ⟨∇_w ℓ_main(w, Θ), g⟩ with
  /// g = ∇_w′ BCE. The second term needs no double reverse pass: one tangent pass along g over the
  /// active pairs, then a closed form in V (`MetaNetwork.tangentGradient`).
  public func metaGradient(
    _ metaBatch: MetaBatch, after batch: MainBatch, learningRate: Float, dropout: BatchDropout?,
    workers: Workers
  ) -> MetaGradient {
    let active = activePairs(batch, workers: workers)
    let recorded = record(active, batch, workers: workers)
    let mainTape = meta.forward(recorded.tape.vectors, workers: workers)
    var lookAhead = similarity
    lookAhead.add(
      mainGradient(recorded, mainTape, active, batch, workers: workers), scaledBy: -learningRate,
      workers: workers)

    let encoded = lookAhead.encode(
      metaBatch.pairs, mode: .training, dropout: dropout, workers: workers)
    let tape = lookAhead.recordMatched(encoded, workers: workers)
    let metaTape = meta.forward(tape.vectors)
    let loss = BinaryCrossEntropy(metaTape.similarities, labels: metaBatch.labels)
    var gradient = meta.zeroed()
    let vectorGradient = meta.reverse(metaTape, loss.gradient, into: &gradient)

    if !active.pairs.isEmpty {
      let direction = lookAhead.gradient(
        tape, encoded, vectorGradient: vectorGradient, workers: workers)
      let tangents = similarity.tangent(
        recorded.tape, batch.encoded, along: direction, workers: workers)
      gradient.add(
        meta.tangentGradient(mainTape, tangents: tangents, weights: active.weights),
        scaledBy: -learningRate)
    }
    return MetaGradient(
      similarities: metaTape.similarities, loss: loss.value, gradient: gradient,
      recorded: recorded)
  }

  /// ∇_w of the main loss under the present Θ, for the real step.
  /// - Parameter lookAhead: the look-ahead's pass from the same w. Where the new Θ pulls on the
  ///   same pairs, as it mostly does, the pass is the same too.
  public func mainGradient(
    _ batch: MainBatch, reusing lookAhead: RecordedPairs? = nil, workers: Workers
  ) -> (loss: Double, gradient: SimilarityNetwork) {
    let active = activePairs(batch, workers: workers)
    let recorded =
      lookAhead.flatMap { $0.pairs == active.pairs ? $0 : nil }
      ?? record(active, batch, workers: workers)
    let metaTape = meta.forward(recorded.tape.vectors, workers: workers)
    return (active.loss, mainGradient(recorded, metaTape, active, batch, workers: workers))
  }
}
