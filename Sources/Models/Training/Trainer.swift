import Layers
import Tensors

/// Trains two networks as MSCN does: a warm-up, then epochs in which each network chooses the pairs
/// that the other one learns from, each correcting its meta network on trusted pairs.
public struct Trainer: Sendable {
  /// How to train.
  public let recipe: TrainingRecipe
  /// What to learn from.
  public let data: TrainingData
  /// Threads; the results do not depend on them.
  public let workers: Workers
  let generator: RandomGenerator

  /// Fewer trusted pairs say too little about what a match looks like.
  public static let leastTrustedPairs = 50

  /// - Throws: `ModelsError` if there are too few trusted or harvested pairs.
  public init(_ recipe: TrainingRecipe, _ data: TrainingData, workers: Workers) throws(ModelsError)
  {
    guard data.trusted.count >= Self.leastTrustedPairs else {
      throw .tooFewTrustedPairs(found: data.trusted.count, needed: Self.leastTrustedPairs)
    }
    guard data.harvested.count >= 2 else {
      throw .tooFewHarvestedPairs(found: data.harvested.count, needed: 2)
    }
    self.recipe = recipe
    self.data = data
    self.workers = workers
    generator = RandomGenerator(seed: recipe.seed)
  }

  /// Number of epochs of the whole run, warm-up included.
  public var epochs: Int { recipe.warmupEpochs + recipe.epochs }

  /// Runs the next epoch. Its randomness depends on the seed and the epoch alone, so a run that is
  /// continued from a stored state gives the same bits as one that never stopped.
  public func runEpoch(
    _ state: inout TrainingState, progress: (TrainingProgress) -> Void
  ) throws -> EpochRecord {
    let epoch = state.epochsDone
    let record: EpochRecord
    if epoch < recipe.warmupEpochs {
      record = try runWarmup(&state, epoch: epoch, progress: progress)
    } else {
      if epoch == recipe.warmupEpochs {
        state.networks = state.networks.map { NetworkState($0.network) }
      }
      record = try runCorrection(&state, epoch: epoch, progress: progress)
    }
    state.records.append(record)
    if record.isBest { state.best = state.networks.map(\.network) }
    return record
  }

  private func runWarmup(
    _ state: inout TrainingState, epoch: Int, progress: (TrainingProgress) -> Void
  ) throws -> EpochRecord {
    var losses: [Double] = []
    for index in state.networks.indices {
      let batches = shuffledBatches(
        Array(0..<data.harvested.count), size: recipe.warmupBatch, epoch: epoch, network: index)
      var total = 0.0
      for (number, pairs) in batches.enumerated() {
        let loss = try warmUp(
          &state.networks[index], on: pairs,
          place: Place(epoch: epoch, network: index, batch: number))
        total += loss
        progress(
          TrainingProgress(
            epoch: epoch + 1, epochs: epochs, phase: .warmup, network: name(index),
            batch: number + 1, batches: batches.count, loss: loss, keptShare: nil))
      }
      losses.append(total / Double(max(batches.count, 1)))
    }
    let competes = epoch == recipe.warmupEpochs - 1
    let outcome = try competes ? evaluate(state, epoch: epoch) : nil
    return record(
      state, epoch: epoch, phase: .warmup, loss: losses, metaLoss: nil, keptShare: nil,
      mixtures: nil, outcome: outcome)
  }

  private func runCorrection(
    _ state: inout TrainingState, epoch: Int, progress: (TrainingProgress) -> Void
  ) throws -> EpochRecord {
    var losses: [Double] = []
    var metaLosses: [Double] = []
    var shares: [Double] = []
    var mixtures: [BetaMixture] = []
    // A's scores choose B's pairs, then the updated B's scores choose A's.
    for (selector, learner) in [(0, 1), (1, 0)] {
      let pool = MetaPool(
        trusted: data.trusted, harvested: data.harvested,
        generator: generator.stream(UInt64(epoch), UInt64(learner), 2))
      let selection = try select(by: state.networks[selector].network, pool)
      shares.append(Double(selection.kept.count) / Double(data.harvested.count))
      mixtures.append(selection.mixture)
      var metaBatches = MetaBatches(
        pool, size: recipe.batch, generator: generator.stream(UInt64(epoch), UInt64(learner), 3))
      let batches = shuffledBatches(
        selection.kept, size: recipe.batch, epoch: epoch, network: learner)
      var total = 0.0
      var metaTotal = 0.0
      for (number, pairs) in batches.enumerated() {
        let metaBatch = try metaBatches.next(data.source)
        let (loss, metaLoss) = try correct(
          &state.networks[learner], on: pairs, metaBatch,
          place: Place(epoch: epoch, network: learner, batch: number))
        total += loss
        metaTotal += metaLoss
        progress(
          TrainingProgress(
            epoch: epoch + 1, epochs: epochs, phase: .correction, network: name(learner),
            batch: number + 1, batches: batches.count, loss: loss, keptShare: shares.last))
      }
      losses.append(total / Double(max(batches.count, 1)))
      metaLosses.append(metaTotal / Double(max(batches.count, 1)))
    }
    // B learned first; the record lists A first.
    return record(
      state, epoch: epoch, phase: .correction, loss: losses.reversed(),
      metaLoss: metaLosses.reversed(), keptShare: shares.reversed(), mixtures: mixtures.reversed(),
      outcome: try evaluate(state, epoch: epoch))
  }

  private func record(
    _ state: TrainingState, epoch: Int, phase: EpochRecord.Phase, loss: [Double],
    metaLoss: [Double]?, keptShare: [Double]?, mixtures: [BetaMixture]?, outcome: Outcome?
  ) -> EpochRecord {
    let bestBefore = state.records.compactMap(\.score).max()
    let isBest = outcome.map { $0.score > bestBefore ?? -.infinity } ?? (bestBefore == nil)
    return EpochRecord(
      epoch: epoch + 1, phase: phase, loss: loss, metaLoss: metaLoss, keptShare: keptShare,
      mixtures: mixtures, dev: outcome?.dev, trustedLoss: outcome?.trustedLoss, isBest: isBest)
  }

  func name(_ index: Int) -> String { index == 0 ? "A" : "B" }

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
}
