import Tensors

/// The order in which a GRU sees ragged sequences: all first steps, then all second steps …, longer
/// sequences first, so that each step works on consecutive rows.
public struct StepOrder: Sendable {
  /// For each packed row, the row of the sequence-major input: [rows].
  public let inputRows: [Int]
  /// For each row of the sequence-major input, its packed row: [rows].
  public let packedRows: [Int]
  /// The packed rows of each step.
  public let steps: [Range<Int>]
  /// For each packed row, the packed row of the step before, or −1 at a sequence's first step.
  let previousRows: [Int]

  /// - Parameters:
  ///   - segments: the sequences.
  ///   - reversed: each from its own last row to its first.
  public init(_ segments: Segments, reversed: Bool) {
    let order = (0..<segments.count).sorted {
      (segments.length($1), $0) < (segments.length($0), $1)
    }
    let longest = order.first.map(segments.length) ?? 0
    var inputRows: [Int] = []
    inputRows.reserveCapacity(segments.rowCount)
    var steps: [Range<Int>] = []
    var previousRows: [Int] = []
    for step in 0..<longest {
      let start = inputRows.count
      for (rank, sequence) in order.enumerated() {
        let range = segments[sequence]
        guard step < range.count else { break }
        inputRows.append(
          reversed ? range.upperBound - 1 - step : range.lowerBound + step)
        previousRows.append(step == 0 ? -1 : steps[step - 1].lowerBound + rank)
      }
      steps.append(start..<inputRows.count)
    }
    var packedRows = [Int](repeating: 0, count: inputRows.count)
    for (packed, row) in inputRows.enumerated() { packedRows[row] = packed }
    self.inputRows = inputRows
    self.packedRows = packedRows
    self.steps = steps
    self.previousRows = previousRows
  }
}

/// One direction of a gated recurrent unit (Cho et al., 2014, in cuDNN's form); the initial state
/// is zero.
public struct GRU: Parameterized {
  /// Gates reset, update, new: [3 · width, inputs] and [3 · width].
  public var input: Linear
  /// Gates reset, update, new: [3 · width, width] and [3 · width].
  public var state: Linear
  /// What follows the published names of the tensors: empty, or `_reverse`.
  public let suffix: String

  /// Weights and biases uniform ±1/√width.
  public init(inputs: Int, width: Int, suffix: String, generator: inout RandomGenerator) {
    let bound = 1 / Float(width).squareRoot()
    input = Linear(
      weight: generator.uniform([3 * width, inputs], bound: bound),
      bias: generator.uniform([3 * width], bound: bound))
    state = Linear(
      weight: generator.uniform([3 * width, width], bound: bound),
      bias: generator.uniform([3 * width], bound: bound))
    self.suffix = suffix
  }

  /// Calls `visit` with each trainable tensor under its published name.
  public mutating func visitParameters(
    prefix: String, _ visit: (String, inout Tensor) throws -> Void
  ) rethrows {
    try visit(prefix + "weight_ih_l0" + suffix, &input.weight)
    try visit(prefix + "weight_hh_l0" + suffix, &state.weight)
    try visit(prefix + "bias_ih_l0" + suffix, &input.bias)
    try visit(prefix + "bias_hh_l0" + suffix, &state.bias)
  }

  private var width: Int { state.weight.shape[1] }

  /// What a pass leaves behind for its derivatives, in packed order.
  public struct Tape: Sendable {
    let order: StepOrder
    let inputs: Tensor
    let cells: [GatedRecurrentCell]
    let state: PackedLinear
    /// What every step but the first began from: [rows − sequences, width].
    let previousStates: Tensor

    /// The states in the sequence-major order of the input: [rows, width].
    public let output: Tensor
  }

  /// - Parameter rows: [rows, inputs], sequence after sequence.
  public func forward(_ rows: Tensor, _ order: StepOrder, workers: Workers = .single) -> Tape {
    let inputs = rows.gatheringRows(order.inputRows)
    let inputGates = input(inputs, workers: workers)
    // The state's weights meet a few rows at each step: packed once, not once a step.
    let state = PackedLinear(state)
    var cells: [GatedRecurrentCell] = []
    for range in order.steps {
      let previous = cells.last.map { $0.state[rows: 0..<range.count] }
      cells.append(
        GatedRecurrentCell(
          input: inputGates[rows: range],
          stateProduct: previous.map { state($0) } ?? state.outputOfZeros(rows: range.count),
          previousState: previous ?? .zeros([range.count, width])))
    }
    let states = Tensor.stackingRows(cells.map(\.state))
    return Tape(
      order: order, inputs: inputs, cells: cells, state: state,
      previousStates: states.gatheringRows(order.previousRows.filter { $0 >= 0 }),
      output: states.gatheringRows(order.packedRows))
  }

  /// Adds the gradients of the parameters, and returns that of the rows.
  public func reverse(
    _ tape: Tape, _ outputGradient: Tensor, into gradient: inout GRU, workers: Workers = .single
  ) -> Tensor {
    let order = tape.order
    let packedGradient = outputGradient.gatheringRows(order.inputRows)
    var inputGateGradients: [Tensor] = []
    var productGradients: [Tensor] = []
    var carried: Tensor?
    for step in order.steps.indices.reversed() {
      var stateGradient = packedGradient[rows: order.steps[step]]
      if let carried { stateGradient.addRows(carried, from: 0) }
      var parts = tape.cells[step].reverse(stateGradient)
      // What the first step begins from is zero and stays so.
      if step > 0 { tape.state.addInputGradient(parts.stateProduct, to: &parts.previousState) }
      carried = parts.previousState
      inputGateGradients.append(parts.input)
      productGradients.append(parts.stateProduct)
    }
    let inputGates = Tensor.stackingRows(inputGateGradients.reversed())
    gradient.input.accumulateGradient(
      of: tape.inputs, inputGates, workers: workers)
    if let first = productGradients.popLast() {
      gradient.state.bias.add(first.columnSums())
      gradient.state.accumulateGradient(
        of: tape.previousStates,
        .stackingRows(productGradients.reversed(), columns: first.columns), workers: workers)
    }
    return input.inputGradient(inputGates, workers: workers).gatheringRows(order.packedRows)
  }

  /// The tangent of the states along a direction of the parameters and of the rows.
  public func tangent(
    _ tape: Tape, _ rowTangent: Tensor, along direction: GRU, workers: Workers = .single
  ) -> Tensor {
    let order = tape.order
    let inputTangents = input.tangent(
      of: tape.inputs, rowTangent.gatheringRows(order.inputRows), along: direction.input,
      workers: workers)
    let productTangents = direction.state(tape.previousStates, workers: workers)
    let sequences = order.steps.first?.count ?? 0
    var states: [Tensor] = []
    for (step, range) in order.steps.enumerated() {
      var product: Tensor
      let previous: Tensor
      if let before = states.last {
        previous = before[rows: 0..<range.count]
        product = productTangents[rows: range.lowerBound - sequences..<range.upperBound - sequences]
        tape.state.addOutput(of: previous, to: &product)
      } else {
        previous = .zeros([range.count, width])
        product = Tensor(repeatingRow: direction.state.bias, rows: range.count)
      }
      states.append(
        tape.cells[step].tangent(
          input: inputTangents[rows: range], stateProduct: product, previousState: previous))
    }
    return Tensor.stackingRows(states).gatheringRows(order.packedRows)
  }
}
