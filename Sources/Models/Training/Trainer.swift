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
  /// The pairs that w learns from: the harvested ones first.
  let learned: CaptionedImages

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
    learned = recipe.learnsFromTrusted ? data.harvested.followed(by: data.trusted) : data.harvested
    self.workers = workers
    generator = RandomGenerator(seed: recipe.seed)
  }

  /// Number of epochs of the whole run, warm-up included.
  public var epochs: Int { recipe.warmupEpochs + recipe.epochs }

  /// Batches of both networks in an epoch, counted from 0, if it keeps every pair.
  public func plannedBatches(ofEpoch epoch: Int) -> Int {
    let size = epoch < recipe.warmupEpochs ? recipe.warmupBatch : recipe.batch
    return 2 * ((learned.count + size - 1) / size)
  }

  /// Runs the next epoch. Its randomness depends on the seed and the epoch alone, so a run that is
  /// continued from a stored state gives the same bits as one that never stopped.
  public func runEpoch(
    _ state: inout TrainingState, progress: @Sendable (TrainingProgress) -> Void
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

  /// Both networks learn from all pairs, side by side: neither needs the other yet.
  private func runWarmup(
    _ state: inout TrainingState, epoch: Int, progress: @Sendable (TrainingProgress) -> Void
  ) throws -> EpochRecord {
    let before = state.networks
    let turns = try bothNetworks { index, workers in
      try warmupTurn(before[index], index, epoch: epoch, workers: workers, progress: progress)
    }
    state.networks = turns.map(\.state)
    let competes = epoch == recipe.warmupEpochs - 1
    let outcome = try competes ? evaluate(state.networks.map(\.network), epoch: epoch) : nil
    return record(state, epoch: epoch, phase: .warmup, turns, outcome: outcome)
  }

  /// Each network learns from the pairs that the other one keeps.
  private func runCorrection(
    _ state: inout TrainingState, epoch: Int, progress: @Sendable (TrainingProgress) -> Void
  ) throws -> EpochRecord {
    var turns: [Turn]
    let before = state.networks
    // Without a warm-up the networks that training starts from compete instead.
    let start = try epoch == 0 ? evaluate(before.map(\.network), epoch: epoch) : nil
    if recipe.selectsTogether {
      turns = try bothNetworks { index, workers in
        try correctionTurn(
          before[index], index, selector: before[1 - index].network, epoch: epoch,
          workers: workers, progress: progress)
      }
    } else {
      // As published: A's scores choose B's pairs, then the updated B's scores choose A's.
      let second = try correctionTurn(
        state.networks[1], 1, selector: state.networks[0].network, epoch: epoch, workers: workers,
        progress: progress)
      let first = try correctionTurn(
        state.networks[0], 0, selector: second.state.network, epoch: epoch, workers: workers,
        progress: progress)
      turns = [first, second]
    }
    state.networks = turns.map(\.state)
    return record(
      state, epoch: epoch, phase: .correction, turns,
      outcome: try evaluate(state.networks.map(\.network), epoch: epoch), start: start)
  }

  /// Runs `body` for A and B at the same time, each with half of the workers: two small networks
  /// keep two threads busier than one whose every step waits for its slowest part.
  func bothNetworks<Result: Sendable>(
    _ body: @Sendable (Int, Workers) throws -> Result
  ) throws -> [Result] {
    let each = Workers(workers.count / 2)
    return try Workers(min(workers.count, 2)).map(2) { index in try body(index, each) }
  }

  private func record(
    _ state: TrainingState, epoch: Int, phase: EpochRecord.Phase, _ turns: [Turn],
    outcome: Outcome?, start: Outcome? = nil
  ) -> EpochRecord {
    let bestBefore = (state.records.map(\.bestScore) + [start?.score]).compactMap { $0 }.max()
    let isBest = outcome.map { $0.score > bestBefore ?? -.infinity } ?? (bestBefore == nil)
    func both<Value>(_ values: [Value?]) -> [Value]? {
      let present = values.compactMap { $0 }
      return present.count == values.count ? present : nil
    }
    return EpochRecord(
      epoch: epoch + 1, phase: phase, loss: turns.map(\.loss),
      metaLoss: both(turns.map(\.metaLoss)), keptShare: both(turns.map(\.keptShare)),
      mixtures: both(turns.map(\.mixture)), dev: outcome?.dev, trustedLoss: outcome?.trustedLoss,
      start: start, isBest: isBest)
  }
}
