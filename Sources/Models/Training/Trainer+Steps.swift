import Layers
import Tensors

/// Which batch of a run a step belongs to; decides its dropout, and names it in errors.
struct Place: Sendable {
  let epoch: Int
  let network: Int
  let batch: Int
}

extension Trainer {
  /// One warm-up step: loss over all pairs of the batch; w and Θ clipped separately.
  /// - Parameter metaBatch: labelled pairs that Θ alone learns from as well.
  func warmUp(
    _ state: inout NetworkState, on pairs: [Int], _ metaBatch: MetaBatch?, place: Place,
    workers: Workers
  ) throws -> Double {
    let batch = try pairBatch(pairs)
    let dropout = dropout(for: batch, state.network, place, purpose: 4)
    var gradients = state.network.warmupGradients(
      batch, loss: recipe.warmupLoss, dropout: dropout, workers: workers)
    try check(gradients.loss, gradients.similarity.norm, place)
    gradients.similarity.clip(toNorm: TrainingRecipe.gradientNorm)
    if let metaBatch {
      let masks = self.dropout(for: metaBatch.pairs, state.network, place, purpose: 6)
      gradients.meta.add(
        state.network.calibrationGradient(metaBatch, dropout: masks, workers: workers))
    }
    gradients.meta.clip(toNorm: TrainingRecipe.gradientNorm)
    state.network.similarity.moveStatistics(
      towards: gradients.encoded, columnNorms: gradients.columnNorms)
    state.similarityOptimizer.step(
      &state.network.similarity, gradient: gradients.similarity, learningRate: recipe.warmupRate,
      workers: workers)
    state.metaOptimizer.step(
      &state.network.meta, gradient: gradients.meta, learningRate: recipe.warmupRate)
    return gradients.loss
  }

  /// One step after the warm-up: look-ahead, meta step for Θ, then the real step for w with the new
  /// Θ. The look-ahead and the real step share the batch's dropout masks. Without a meta batch Θ
  /// stays.
  func correct(
    _ state: inout NetworkState, on pairs: [Int], _ metaBatch: MetaBatch?, place: Place,
    workers: Workers
  ) throws -> (loss: Double, metaLoss: Double?) {
    let decay = recipe.decay(epoch: place.epoch - recipe.warmupEpochs)
    let batch = try pairBatch(pairs)
    let mainBatch = state.network.mainBatch(
      batch, dropout: dropout(for: batch, state.network, place, purpose: 5), workers: workers)
    let lookAhead = try metaBatch.map { metaBatch in
      let metaStep = state.network.metaGradient(
        metaBatch, after: mainBatch, learningRate: recipe.rate * decay,
        dropout: dropout(for: metaBatch.pairs, state.network, place, purpose: 6),
        workers: workers)
      try check(metaStep.loss, metaStep.gradient.norm, place)
      state.metaOptimizer.step(
        &state.network.meta, gradient: metaStep.gradient, learningRate: recipe.metaRate * decay)
      return metaStep
    }

    var main = state.network.mainGradient(
      mainBatch, reusing: lookAhead?.recorded, workers: workers)
    try check(main.loss, main.gradient.norm, place)
    main.gradient.clip(toNorm: TrainingRecipe.gradientNorm)
    state.network.similarity.moveStatistics(
      towards: mainBatch.encoded, columnNorms: mainBatch.columnNorms)
    state.similarityOptimizer.step(
      &state.network.similarity, gradient: main.gradient, learningRate: recipe.rate * decay,
      workers: workers)
    return (main.loss, lookAhead?.loss)
  }

  private func pairBatch(_ pairs: [Int]) throws -> PairBatch {
    PairBatch(
      features: try data.source.features(ofImages: pairs.map { learned.images[$0] }),
      captions: pairs.map { learned.captions[$0] })
  }

  private func dropout(
    for batch: PairBatch, _ network: CorrectedNetwork, _ place: Place, purpose: UInt64
  ) -> BatchDropout? {
    var masks = generator.stream(
      UInt64(place.epoch), UInt64(place.network), purpose, UInt64(place.batch))
    return BatchDropout(for: batch, network.similarity.configuration, generator: &masks)
  }

  private func check(_ loss: Double, _ norm: Double, _ place: Place) throws(ModelsError) {
    guard loss.isFinite, norm.isFinite else {
      throw .diverged(
        network: name(place.network), epoch: place.epoch + 1, batch: place.batch + 1,
        detail: "loss \(loss), gradient norm \(norm)")
    }
  }
}
