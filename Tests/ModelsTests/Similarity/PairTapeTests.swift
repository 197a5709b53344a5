import Layers
import Tensors
import Testing

@testable import Models

/// A tape too large to keep is made again tile by tile, and nothing else changes.
@Suite struct PairTapeTests {
  @Test(arguments: [ReasoningKind.graph, .filtration])
  func derivativesAreTheSameBitsWithoutTheParts(_ kind: ReasoningKind) {
    let configuration = SimilarityConfiguration(
      regionDimension: 6, regions: 3, vocabularySize: 9, wordDimension: 5, embedSize: 7,
      similarityDimension: 4, reasoning: kind, metaHidden: 3, dropout: 0)
    var generator = RandomGenerator(seed: 8)
    let network = SimilarityNetwork(configuration, generator: &generator)
    let batch = PairBatch(
      features: generator.uniform([3, 3, 6], bound: 1),
      captions: [[1, 5, 2], [1, 4, 6, 2], [1, 7, 8, 3, 2]])
    let encoded = network.encode(batch, mode: .training, dropout: nil, workers: .single)
    let kept = network.recordAllPairs(encoded, workers: .single)
    let anew = PairTape(
      kept.arrangement, kept.alignment, kept.reasoning, mode: .training, configuration,
      mostBytes: 0, workers: Workers(2))
    #expect(anew.vectors.elements == kept.vectors.elements)
    #expect(anew.norms.count == kept.norms.count)
    let direction = generator.uniform(kept.vectors.shape, bound: 1)
    let gradients = [kept, anew].map { tape in
      network.gradient(tape, encoded, vectorGradient: direction, workers: Workers(2))
        .parameters.map(\.value.elements)
    }
    #expect(gradients[0] == gradients[1])
    let tangents = [kept, anew].map { tape in
      network.tangent(tape, encoded, along: network, workers: .single).elements
    }
    #expect(tangents[0] == tangents[1] && tangents[0].contains { $0 != 0 })
  }
}
