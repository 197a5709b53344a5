import Tensors
import Testing

@testable import Models

/// The real step starts from the look-ahead's w: its pass over the same pairs need not be made
/// again, and one over other pairs must be.
@Suite struct LookAheadReuseTests {
  private let network: CorrectedNetwork
  private let batch: MainBatch

  init() {
    let configuration = SimilarityConfiguration(
      regionDimension: 6, regions: 3, vocabularySize: 9, wordDimension: 5, embedSize: 7,
      similarityDimension: 12, metaHidden: 8, dropout: 0)
    var generator = RandomGenerator(seed: 4)
    network = CorrectedNetwork(configuration, generator: &generator)
    batch = network.mainBatch(
      PairBatch(
        features: generator.uniform([3, 3, 6], bound: 1),
        captions: [[1, 5, 2], [1, 4, 6, 2], [1, 7, 8, 3, 2]]),
      dropout: nil, workers: .single)
  }

  @Test(arguments: [true, false]) func theGradientIsTheSameBits(samePairs: Bool) {
    let active = network.activePairs(batch, workers: .single)
    let recorded = network.record(
      samePairs ? active : other(than: active), batch, workers: .single)
    let alone = network.mainGradient(batch, workers: .single)
    let reusing = network.mainGradient(batch, reusing: recorded, workers: .single)
    #expect(alone.gradient.norm > 0)
    #expect(reusing.loss == alone.loss)
    for (left, right) in zip(reusing.gradient.parameters, alone.gradient.parameters) {
      #expect(left.value.elements == right.value.elements, "\(left.name)")
    }
  }

  private func other(than active: ActivePairs) -> ActivePairs {
    ActivePairs(
      loss: active.loss, pairs: active.pairs.reversed(),
      weights: Tensor(active.weights.elements.reversed()))
  }
}
