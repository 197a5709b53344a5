import TestSupport
import Tensors
import Testing

@testable import Layers

/// Every layer's reverse and tangent pass against central differences of its forward pass.
@Suite struct LayerDerivativeTests {
  @Test func linear() {
    var generator = RandomGenerator(seed: 1)
    let layer = Linear(inputs: 7, outputs: 5, generator: &generator)
    let direction = randomized(layer, &generator)
    let input = generator.uniform([9, 7], bound: 1)
    let inputDirection = generator.uniform([9, 7], bound: 1)
    let cotangent = generator.uniform([9, 5], bound: 1)
    var gradient = layer.zeroed()
    gradient.accumulateGradient(of: input, cotangent)
    let inputGradient = layer.inputGradient(cotangent)
    assertDerivative(
      of: {
        moved(layer, direction, $0)(input.adding(inputDirection, scaledBy: $0)).inner(cotangent)
      },
      tangent: layer.tangent(of: input, inputDirection, along: direction).inner(cotangent),
      reverse: inner(gradient, direction) + inputGradient.inner(inputDirection))
  }

  @Test(arguments: [Mode.training, .evaluation])
  func batchNorm(_ mode: Mode) {
    var generator = RandomGenerator(seed: 2)
    let layout = ChannelLayout(outer: 6, channels: 4, inner: 3)
    var layer = BatchNorm(channels: 4)
    layer.weight = generator.uniform([4], bound: 1)
    layer.runningVariance = Tensor([0.5, 1, 2, 3])
    let direction = randomized(layer, &generator)
    let input = generator.uniform([6, 4, 3], bound: 1)
    let inputDirection = generator.uniform([6, 4, 3], bound: 1)
    let cotangent = generator.uniform([6, 4, 3], bound: 1)
    func output(_ step: Float) -> Tensor {
      let layer = moved(layer, direction, step)
      let tape = layer.normalize(
        input.adding(inputDirection, scaledBy: step), layout, mode: mode)
      return layer.output(of: tape, layout)
    }
    let tape = layer.normalize(input, layout, mode: mode)
    var gradient = layer.zeroed()
    let inputGradient = layer.reverse(tape, layout, cotangent, into: &gradient)
    assertDerivative(
      of: { output($0).inner(cotangent) },
      tangent: layer.tangent(tape, layout, inputDirection, along: direction).inner(cotangent),
      reverse: inner(gradient, direction) + inputGradient.inner(inputDirection))
  }

  @Test func batchNormMovesRunningStatistics() {
    var layer = BatchNorm(channels: 1)
    let input = Tensor([1, 2, 3, 6], shape: [4, 1, 1])
    let layout = ChannelLayout(outer: 4, channels: 1, inner: 1)
    layer.moveStatistics(towards: layer.normalize(input, layout, mode: .training))
    // Mean 3; unbiased variance 14 / 3.
    assertClose(layer.runningMean, Tensor([0.3]), within: Tolerance(absolute: 1e-6))
    assertClose(
      layer.runningVariance, Tensor([0.9 + 0.1 * 14 / 3]), within: Tolerance(absolute: 1e-6))
  }

  @Test func bidirectionalGRU() {
    var generator = RandomGenerator(seed: 3)
    let layer = BidirectionalGRU(inputs: 5, width: 9, generator: &generator)
    let direction = randomized(layer, &generator)
    let segments = Segments(lengths: [3, 1, 6, 2])
    let words = generator.uniform([12, 5], bound: 1)
    let wordDirection = generator.uniform([12, 5], bound: 1)
    let cotangent = generator.uniform([12, 9], bound: 1)
    let tape = layer.run(words, segments, workers: Workers(2))
    var gradient = layer.zeroed()
    let wordGradient = layer.reverse(tape, cotangent, into: &gradient)
    assertDerivative(
      of: {
        moved(layer, direction, $0).run(words.adding(wordDirection, scaledBy: $0), segments)
          .output.inner(cotangent)
      },
      tangent: layer.tangent(tape, wordDirection, along: direction).inner(cotangent),
      reverse: inner(gradient, direction) + wordGradient.inner(wordDirection))
  }

  @Test func tabulatedGRUGivesTheSameStates() {
    var generator = RandomGenerator(seed: 13)
    let layer = BidirectionalGRU(inputs: 5, width: 9, generator: &generator)
    let vocabulary = generator.uniform([7, 5], bound: 1)
    let words = [3, 3, 0, 6, 1, 2, 5, 4, 6, 6, 0, 1]
    let segments = Segments(lengths: [3, 1, 6, 2])
    let expected = layer.run(vocabulary.gatheringRows(words), segments).output
    let tabulated = TabulatedBidirectionalGRU(layer, words: vocabulary, workers: Workers(2))
    assertClose(
      tabulated.states(of: words, segments, workers: Workers(2)), expected,
      within: Tolerance(absolute: 1e-6))
    let nothing = tabulated.states(of: [], Segments(lengths: []), workers: .single)
    #expect(nothing.shape == [0, 9])
  }

  /// Also where words of a call meet other kernels than the vocabulary's: in ones, fours and sixes.
  @Test func tablesThatWouldBeTooLargeChangeNoBit() {
    var generator = RandomGenerator(seed: 14)
    let layer = BidirectionalGRU(inputs: 300, width: 40, generator: &generator)
    let vocabulary = generator.uniform([70, 300], bound: 1)
    let bytes = 70 * 40 * 24
    let whole = TabulatedBidirectionalGRU(
      layer, words: vocabulary, largestTables: bytes, workers: Workers(2))
    let each = TabulatedBidirectionalGRU(
      layer, words: vocabulary, largestTables: bytes - 1, workers: Workers(2))
    #expect(whole.tableBytes == bytes && each.tableBytes == 0)
    for lengths in [[1], [3, 1, 6, 2], Array(repeating: 9, count: 12), []] {
      let words = (0..<lengths.reduce(0, +)).map { $0 * 37 % 70 }
      let segments = Segments(lengths: lengths)
      let states = each.states(of: words, segments, workers: Workers(2))
      #expect(
        states.elements == whole.states(of: words, segments, workers: Workers(2)).elements)
    }
  }

  @Test(arguments: [true, false])
  func selfAttentionPooling(_ hasNorms: Bool) {
    var generator = RandomGenerator(seed: 4)
    let segments =
      hasNorms ? Segments(repeating: 4, count: 5) : Segments(lengths: [2, 5, 1, 7])
    let layer =
      hasNorms
      ? SelfAttentionPooling(width: 6, regions: 4, generator: &generator)
      : SelfAttentionPooling(width: 6, generator: &generator)
    let direction = randomized(layer, &generator)
    let rows = generator.uniform([segments.rowCount, 6], bound: 1)
    let rowDirection = generator.uniform([segments.rowCount, 6], bound: 1)
    let cotangent = generator.uniform([segments.count, 6], bound: 1)
    let dropout = PoolingDropout(
      rows: segments.rowCount, segments: segments.count, width: 6, rate: 0.3,
      generator: &generator)
    let tape = layer.forward(rows, segments, mode: .training, dropout: dropout)
    var gradient = layer.zeroed()
    let rowGradient = layer.reverse(tape, cotangent, into: &gradient)
    assertDerivative(
      of: {
        moved(layer, direction, $0).forward(
          rows.adding(rowDirection, scaledBy: $0), segments, mode: .training, dropout: dropout
        ).output.inner(cotangent)
      },
      tangent: layer.tangent(tape, rowDirection, along: direction).inner(cotangent),
      reverse: inner(gradient, direction) + rowGradient.inner(rowDirection))
  }

  @Test func clippingLimitsTheCommonNorm() {
    var layer = Linear(weight: Tensor([3, 0], shape: [1, 2]), bias: Tensor([4]))
    layer.clip(toNorm: 2)
    #expect(abs(layer.norm - 2) < 1e-5)
    let small = Linear(weight: Tensor([0.3, 0], shape: [1, 2]), bias: Tensor([0.4]))
    var clipped = small
    clipped.clip(toNorm: 2)
    #expect(clipped.parameters.map(\.value.elements) == small.parameters.map(\.value.elements))
  }
}

/// A direction: every trainable tensor uniform in ±1.
func randomized<Network: Parameterized>(
  _ network: Network, _ generator: inout RandomGenerator
) -> Network {
  var copy = network
  copy.visitParameters(prefix: "") { _, tensor in
    tensor = generator.uniform(tensor.shape, bound: 1)
  }
  return copy
}

func moved<Network: Parameterized>(
  _ network: Network, _ direction: Network, _ step: Float
) -> Network {
  var copy = network
  copy.add(direction, scaledBy: step)
  return copy
}

func inner<Network: Parameterized>(_ left: Network, _ right: Network) -> Double {
  zip(left.parameters, right.parameters).reduce(0) { $0 + $1.0.value.inner($1.1.value) }
}
