import Tensors

/// What one network's epoch came to.
struct Turn: Sendable {
  let state: NetworkState
  let loss: Double
  var metaLoss: Double?
  var keptShare: Double?
  var mixture: BetaMixture?
}

extension Trainer {
  /// A pass of one network over all pairs, before any pair is judged.
  func warmupTurn(
    _ before: NetworkState, _ network: Int, epoch: Int, workers: Workers,
    progress: @Sendable (TrainingProgress) -> Void
  ) throws -> Turn {
    var state = before
    let batches = shuffledBatches(
      Array(0..<learned.count), size: recipe.warmupBatch, epoch: epoch, network: network)
    var labelled =
      recipe.calibratesWarmup
      ? metaBatches(metaPool(epoch, network), size: recipe.warmupBatch, epoch, network) : nil
    var total = 0.0
    for (number, pairs) in batches.enumerated() {
      let loss = try warmUp(
        &state, on: pairs, try labelled?.next(data.source),
        place: Place(epoch: epoch, network: network, batch: number), workers: workers)
      total += loss
      progress(
        TrainingProgress(
          epoch: epoch + 1, epochs: epochs, phase: .warmup, network: name(network),
          batch: number + 1, batches: batches.count, loss: loss, keptShare: nil))
    }
    return Turn(state: state, loss: total / Double(max(batches.count, 1)))
  }

  /// A pass of one network over the pairs that `selector` keeps, each step with a meta step.
  func correctionTurn(
    _ before: NetworkState, _ network: Int, selector: CorrectedNetwork, epoch: Int,
    workers: Workers, progress: @Sendable (TrainingProgress) -> Void
  ) throws -> Turn {
    var state = before
    let pool = metaPool(epoch, network)
    let selection = try select(by: selector, pool, workers: workers)
    let keptShare = Double(selection.kept.count) / Double(data.harvested.count)
    var labelled = metaBatches(pool, size: recipe.batch, epoch, network)
    let batches = shuffledBatches(
      selection.kept + Array(data.harvested.count..<learned.count), size: recipe.batch,
      epoch: epoch, network: network)
    var total = 0.0
    var metaTotal = 0.0
    for (number, pairs) in batches.enumerated() {
      let (loss, metaLoss) = try correct(
        &state, on: pairs, recipe.takesMetaSteps ? try labelled.next(data.source) : nil,
        place: Place(epoch: epoch, network: network, batch: number), workers: workers)
      total += loss
      metaTotal += metaLoss ?? 0
      progress(
        TrainingProgress(
          epoch: epoch + 1, epochs: epochs, phase: .correction, network: name(network),
          batch: number + 1, batches: batches.count, loss: loss, keptShare: keptShare))
    }
    let count = Double(max(batches.count, 1))
    return Turn(
      state: state, loss: total / count, metaLoss: recipe.takesMetaSteps ? metaTotal / count : nil,
      keptShare: keptShare, mixture: selection.mixture)
  }

  /// Trusted pairs and mismatches, drawn anew for each network's turn.
  private func metaPool(_ epoch: Int, _ network: Int) -> MetaPool {
    MetaPool(
      trusted: data.trusted, mismatched: data.mismatched, harvested: data.harvested,
      generator: generator.stream(UInt64(epoch), UInt64(network), 2))
  }

  private func metaBatches(
    _ pool: MetaPool, size: Int, _ epoch: Int, _ network: Int
  ) -> MetaBatches {
    MetaBatches(
      pool, size: size, generator: generator.stream(UInt64(epoch), UInt64(network), 3))
  }

  /// Random batches; a last batch of one has no negatives and is skipped.
  private func shuffledBatches(
    _ pairs: [Int], size: Int, epoch: Int, network: Int
  ) -> [[Int]] {
    var order = generator.stream(UInt64(epoch), UInt64(network), 1)
    let shuffled = pairs.shuffled(using: &order)
    return stride(from: 0, to: shuffled.count, by: size).map { start in
      Array(shuffled[start..<min(start + size, shuffled.count)])
    }.filter { $0.count > 1 }
  }

  func name(_ index: Int) -> String { index == 0 ? "A" : "B" }
}
