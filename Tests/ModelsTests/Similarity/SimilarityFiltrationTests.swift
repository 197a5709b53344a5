import Layers
import TestSupport
import Tensors
import Testing

@testable import Models

/// The filtration's derivatives, with BN_1 over a whole column, over each pair, and with running
/// statistics.
@Suite struct SimilarityFiltrationTests {
  @Test(arguments: [(true, Mode.training), (false, .training), (false, .evaluation)])
  func derivatives(isColumn: Bool, mode: Mode) {
    var generator = RandomGenerator(seed: 8)
    let configuration = SimilarityConfiguration(
      regionDimension: 3, regions: 2, vocabularySize: 6, embedSize: 5, similarityDimension: 6,
      reasoning: .filtration)
    var layer = SimilarityFiltration(configuration, generator: &generator)
    layer.norm.runningVariance = Tensor([0.5])
    let segments = Segments(lengths: [4, 3, 6])
    let groups = isColumn ? Segments(lengths: [13]) : segments
    func random<Network: Parameterized>(_ network: Network) -> Network {
      var copy = network
      copy.visitParameters(prefix: "") { _, tensor in
        tensor = generator.uniform(tensor.shape, bound: 1)
      }
      return copy
    }
    let direction = random(layer)
    let nodes = generator.uniform([13, 6], bound: 1)
    let nodeDirection = generator.uniform([13, 6], bound: 1)
    let cotangent = generator.uniform([3, 6], bound: 1)
    let tape = layer.forward(nodes, segments, groups: groups, mode: mode)
    var gradient = layer.zeroed()
    let nodeGradient = layer.reverse(tape, cotangent, into: &gradient)
    let parameterShare = zip(gradient.parameters, direction.parameters).reduce(0) {
      $0 + $1.0.value.inner($1.1.value)
    }
    assertDerivative(
      of: { step in
        var moved = layer
        moved.add(direction, scaledBy: step)
        return moved.forward(
          nodes.adding(nodeDirection, scaledBy: step), segments, groups: groups, mode: mode
        ).output.inner(cotangent)
      },
      tangent: layer.tangent(tape, nodeDirection, along: direction).inner(cotangent),
      reverse: parameterShare + nodeGradient.inner(nodeDirection))
  }

  @Test func similaritiesDoNotDependOnTheWorkers() {
    let configuration = SimilarityConfiguration(
      regionDimension: 6, regions: 3, vocabularySize: 9, wordDimension: 5, embedSize: 7,
      similarityDimension: 4, reasoning: .filtration, metaHidden: 3, dropout: 0)
    var generator = RandomGenerator(seed: 3)
    let network = CorrectedNetwork(configuration, generator: &generator)
    let batch = PairBatch(
      features: generator.uniform([5, 3, 6], bound: 1),
      captions: [[1, 5, 2], [1, 2], [1, 6, 7, 8, 2], [1, 4, 2], [1, 3, 3, 2]])
    let single = network.warmupGradients(
      batch, loss: .published, dropout: nil, workers: .single)
    let double = network.warmupGradients(
      batch, loss: .published, dropout: nil, workers: Workers(2))
    #expect(single.loss == double.loss)
    for (left, right) in zip(single.similarity.parameters, double.similarity.parameters) {
      #expect(left.value.elements == right.value.elements, "\(left.name)")
    }
  }
}
