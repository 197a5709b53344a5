import Layers
import Models
import Tensors

/// The works of one preset, each done as the trainer and the scoring stage do it.
struct TrainingWorkload {
  /// What a run changes. Every run starts from the same one, so that all of them pull on the same
  /// active pairs and do the same work.
  struct State {
    var network: CorrectedNetwork
    var similarityOptimizer: Adam<SimilarityNetwork>
    var metaOptimizer: Adam<MetaNetwork>
  }

  let preset: NetworkPreset
  let workers: Workers
  /// GFLOP/s of a product in the same run.
  let sgemm: Double
  private let synthetic = SyntheticBatch(seed: 7)
  private let initial: State

  init(_ preset: NetworkPreset, workers: Workers, sgemm: Double) {
    self.preset = preset
    self.sgemm = sgemm
    self.workers = workers
    let network = SyntheticBatch.network(preset)
    initial = State(
      network: network, similarityOptimizer: Adam(for: network.similarity),
      metaOptimizer: Adam(for: network.meta))
  }

  /// Times a work and counts what it executes.
  func measure(_ work: TrainingWork, repeats: Int) throws -> WorkMeasurement {
    let operations: Int
    var activePairs: Int?
    let timing: RepeatedTiming
    switch work {
    case .iteration:
      let active = try self.activePairsOfEachRun()
      let counts = self.operations.iteration(lookAhead: active.lookAhead, real: active.real)
      operations = counts.total
      activePairs = active.real.count
      timing = try RepeatedTiming(repeats: repeats, prepare: freshState) { try iterate(&$0) }
    case .warmupStep:
      operations = self.operations.warmupStep
      timing = try RepeatedTiming(repeats: repeats, prepare: freshState) { try warmUp(&$0) }
    case .scoring:
      operations = self.operations.scoring
      let pairs = synthetic.captionedImages
      let source = SyntheticRegions(features: synthetic.batch.features)
      // Made once for all pairs of a dataset.
      let scorer = PairScorer(initial.network, workers: workers)
      timing = try RepeatedTiming(repeats: repeats, prepare: {}) { _ in
        let similarities = try scorer.similarities(of: pairs, source)
        for similarity in similarities {
          try require(Double(similarity), "a similarity", work)
        }
      }
    }
    return WorkMeasurement(
      work, timing, operations: operations, pairs: SyntheticBatch.captions,
      activePairs: activePairs, sgemm: sgemm)
  }

  private var operations: CorrectionOperations {
    CorrectionOperations(
      initial.network.similarity.configuration, captionLengths: SyntheticBatch.lengths,
      metaCaptionLengths: SyntheticBatch.lengths)
  }

  /// A copy that shares no memory with the initial state, so that no run pays for copying.
  private func freshState() -> State {
    var state = initial
    state.network.similarity.scale(by: 1)
    state.network.meta.scale(by: 1)
    state.similarityOptimizer.firstMoment.scale(by: 1)
    state.similarityOptimizer.secondMoment.scale(by: 1)
    return state
  }

  /// The active pairs of every run of the iteration.
  private func activePairsOfEachRun() throws -> (
    lookAhead: [ImageCaptionPair], real: [ImageCaptionPair]
  ) {
    var state = freshState()
    let lookAhead = state.network.activePairs(mainBatch(state.network), workers: workers).pairs
    let before = state.network.similarity
    try iterate(&state)
    // The real step's pairs: the w of before under the Θ of after.
    let between = CorrectedNetwork(similarity: before, meta: state.network.meta)
    return (lookAhead, between.activePairs(mainBatch(between), workers: workers).pairs)
  }

  private func mainBatch(_ network: CorrectedNetwork) -> MainBatch {
    network.mainBatch(
      synthetic.batch, dropout: dropout(for: synthetic.batch, seed: 3), workers: workers)
  }

  private func dropout(for batch: PairBatch, seed: UInt64) -> BatchDropout? {
    var generator = RandomGenerator(seed: seed)
    return BatchDropout(
      for: batch, initial.network.similarity.configuration, generator: &generator)
  }

  private func iterate(_ state: inout State) throws {
    let main = mainBatch(state.network)
    let metaStep = state.network.metaGradient(
      synthetic.metaBatch, after: main, learningRate: 2e-4,
      dropout: dropout(for: synthetic.metaBatch.pairs, seed: 4), workers: workers)
    try require(metaStep.loss, "the meta loss", .iteration)
    state.metaOptimizer.step(
      &state.network.meta, gradient: metaStep.gradient, learningRate: 1.7e-5)
    var step = state.network.mainGradient(
      main, reusing: metaStep.recorded, workers: workers)
    try require(step.loss, "the main loss", .iteration)
    step.gradient.clip(toNorm: 2)
    state.similarityOptimizer.step(
      &state.network.similarity, gradient: step.gradient, learningRate: 2e-4, workers: workers)
  }

  private func warmUp(_ state: inout State) throws {
    var step = state.network.warmupGradients(
      synthetic.batch, loss: .published, dropout: dropout(for: synthetic.batch, seed: 3),
      workers: workers)
    try require(step.loss, "the loss", .warmupStep)
    step.similarity.clip(toNorm: 2)
    step.meta.clip(toNorm: 2)
    state.similarityOptimizer.step(
      &state.network.similarity, gradient: step.similarity, learningRate: 2e-4, workers: workers)
    state.metaOptimizer.step(&state.network.meta, gradient: step.meta, learningRate: 2e-4)
  }

  private func require(
    _ number: Double, _ value: String, _ work: TrainingWork
  ) throws(BenchError) {
    guard number.isFinite else {
      throw .notFinite(
        preset: preset.rawValue, work: work.title, value: value, number: number)
    }
  }
}
