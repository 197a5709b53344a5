import Tensors

/// One direction of a GRU over the words of a vocabulary, for evaluation: where no dropout changes the
/// words, the input gates of each word are computed once, in a table of 12 · width bytes a word, or
/// once a call for the words that it names.
///
/// Both give the same bits: a row of a product with a packed matrix does not depend on the others.
public struct TabulatedGRU: Sendable {
  /// [vocabulary, inputs].
  private let vocabulary: Tensor
  private let input: PackedLinear
  private let state: PackedLinear
  private let width: Int
  /// [vocabulary, 3 · width]; nil where the gates are computed once a call.
  private let table: Tensor?

  /// - Parameters:
  ///   - words: each word's vector: [vocabulary, inputs].
  ///   - tabulates: whether the gates of the whole vocabulary are computed here and kept.
  public init(_ layer: GRU, words: Tensor, tabulates: Bool = true, workers: Workers) {
    vocabulary = words
    input = PackedLinear(layer.input)
    state = PackedLinear(layer.state)
    width = layer.state.weight.shape[1]
    table = tabulates ? input(words, workers: workers) : nil
  }

  /// The gates of the words, and each word's row of them.
  private func gates(of words: [Int]) -> (gates: Tensor, rows: [Int]) {
    if let table { return (table, words) }
    var rowOfWord: [Int: Int] = [:]
    var distinct: [Int] = []
    let rows = words.map { word in
      if let row = rowOfWord[word] { return row }
      rowOfWord[word] = distinct.count
      distinct.append(word)
      return distinct.count - 1
    }
    return (input(vocabulary.gatheringRows(distinct)), rows)
  }

  /// The states in the order of the words: [words, width].
  ///
  /// - Parameters:
  ///   - words: indices of all sequences' words, sequence after sequence.
  ///   - order: how the sequences are stepped through.
  public func states(of words: [Int], _ order: StepOrder) -> Tensor {
    let (gates, rows) = gates(of: words)
    var states: [Tensor] = []
    for range in order.steps {
      let input = gates.gatheringRows(order.inputRows[range].map { rows[$0] })
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
  /// Bytes of the tables of both directions: 24 · width a word; 0 where there are none.
  let tableBytes: Int

  /// What tables may take unless told otherwise: 256 MiB, 10,922 words at width 1024.
  public static let largestTables = 256 << 20

  /// - Parameters:
  ///   - words: each word's vector: [vocabulary, inputs].
  ///   - largestTables: where both directions' tables would take more bytes, the gates are computed
  ///     once a call, for the words that it names.
  public init(
    _ layer: BidirectionalGRU, words: Tensor, largestTables: Int = Self.largestTables,
    workers: Workers
  ) {
    let bytes = 24 * layer.forward.state.weight.shape[1] * words.rows
    let tabulates = bytes <= largestTables
    tableBytes = tabulates ? bytes : 0
    forward = TabulatedGRU(layer.forward, words: words, tabulates: tabulates, workers: workers)
    backward = TabulatedGRU(layer.backward, words: words, tabulates: tabulates, workers: workers)
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
