import Layers
import Tensors
import Testing

@testable import Models

/// A batch in which every margin is kept pulls on no pair at all; a batch of one has no negatives.
@Suite struct EmptySelectionTests {
  private let network: CorrectedNetwork
  private let batch: PairBatch
  private let metaBatch: MetaBatch

  init() {
    let configuration = SimilarityConfiguration(
      regionDimension: 6, regions: 3, vocabularySize: 9, wordDimension: 5, embedSize: 7,
      similarityDimension: 4, metaHidden: 3, dropout: 0)
    var generator = RandomGenerator(seed: 2)
    network = CorrectedNetwork(configuration, generator: &generator)
    batch = PairBatch(features: generator.uniform([1, 3, 6], bound: 1), captions: [[1, 5, 2]])
    metaBatch = MetaBatch(
      pairs: PairBatch(
        features: generator.uniform([2, 3, 6], bound: 1), captions: [[1, 4, 2], [1, 6, 7, 2]]),
      labels: [1, 0])
  }

  @Test func noActivePairHasNoMainGradient() {
    let main = network.mainBatch(batch, dropout: nil, workers: .single)
    #expect(network.activePairs(main, workers: .single).pairs.isEmpty)
    let result = network.mainGradient(main, workers: .single)
    #expect(result.loss == 0)
    #expect(result.gradient.norm == 0)
  }

  @Test func theMetaGradientIsThenTheDirectOne() {
    let main = network.mainBatch(batch, dropout: nil, workers: .single)
    let step = network.metaGradient(
      metaBatch, after: main, learningRate: 0.1, dropout: nil, workers: .single)
    let direct = network.calibrationGradient(metaBatch, dropout: nil, workers: .single)
    #expect(step.loss.isFinite && step.gradient.norm > 0)
    for (left, right) in zip(step.gradient.parameters, direct.parameters) {
      #expect(left.value.elements == right.value.elements, "\(left.name)")
    }
  }
}
