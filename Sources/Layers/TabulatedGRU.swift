import Tensors

/// One direction of a GRU over the words of a vocabulary, for evaluation: the input gates of each word
/// are computed once, where no dropout changes the words. Memory: 12 · width bytes a word.
public struct TabulatedGRU: Sendable {
  /// [vocabulary, 3 · width].
  private let inputGates: Tensor
  private let state: PackedLinear
  private let width: Int

  /// - Parameter words: each word's vector: [vocabulary, inputs].
  public init(_ layer: GRU, words: Tensor, workers: Workers) {
    inputGates = layer.input(words, workers: workers)
    state = PackedLinear(layer.state)
    width = layer.state.weight.shape[1]
  }

  /// The states in the order of the words: [words, width].
  ///
  /// - Parameters:
  ///   - words: indices of all sequences' words, sequence after sequence.
  ///   - order: how the sequences are stepped through.
  public func states(of words: [Int], _ order: StepOrder) -> Tensor {
    var states: [Tensor] = []
    for range in order.steps {
      let input = inputGates.gatheringRows(order.inputRows[range].map { words[$0] })
      let previous = states.last.map { $0[rows: 0..<range.count] }
      states.append(
        GatedRecurrentCell(
          input: input,
          stateProduct: previous.map { state($0) } ?? state.outputOfZeros(rows: range.count),
          previousState: previous ?? .zeros([range.count, width])
        ).state)
    }
    return Tensor.stackingRows(states, columns: width).gatheringRows(order.packedRows)
  }
}

/// Both directions of a bidirectional GRU over the words of a vocabulary, for evaluation.
public struct TabulatedBidirectionalGRU: Sendable {
  private let forward: TabulatedGRU
  private let backward: TabulatedGRU

  /// - Parameter words: each word's vector: [vocabulary, inputs].
  public init(_ layer: BidirectionalGRU, words: Tensor, workers: Workers) {
    forward = TabulatedGRU(layer.forward, words: words, workers: workers)
    backward = TabulatedGRU(layer.backward, words: words, workers: workers)
  }

  /// The averaged states, as `BidirectionalGRU.run` gives them for these words: [words, width].
  public func states(of words: [Int], _ segments: Segments, workers: Workers) -> Tensor {
    let states = workers.map(2) { direction in
      direction == 0
        ? forward.states(of: words, StepOrder(segments, reversed: false))
        : backward.states(of: words, StepOrder(segments, reversed: true))
    }
    var mean = states[0]
    mean.add(states[1])
    mean.scale(by: 0.5)
    return mean
  }
}
