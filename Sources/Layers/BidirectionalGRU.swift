import Tensors

/// A one-layer bidirectional GRU whose two directions are averaged word by word.
public struct BidirectionalGRU: Parameterized {
  /// From the first word to the last.
  public var forward: GRU
  /// From the last word to the first.
  public var backward: GRU

  /// - Parameters:
  ///   - inputs: width of a word.
  ///   - width: width of a state, of each direction and of their average.
  public init(inputs: Int, width: Int, generator: inout RandomGenerator) {
    forward = GRU(inputs: inputs, width: width, suffix: "", generator: &generator)
    backward = GRU(inputs: inputs, width: width, suffix: "_reverse", generator: &generator)
  }

  /// Calls `visit` with each trainable tensor under its published name.
  public mutating func visitParameters(
    prefix: String, _ visit: (String, inout Tensor) throws -> Void
  ) rethrows {
    try forward.visitParameters(prefix: prefix, visit)
    try backward.visitParameters(prefix: prefix, visit)
  }

  /// The tapes of both directions.
  public struct Tape: Sendable {
    let forward: GRU.Tape
    let backward: GRU.Tape

    /// The averaged states: [rows, width].
    public let output: Tensor
  }

  /// - Parameter words: [rows, inputs], caption after caption.
  public func run(_ words: Tensor, _ segments: Segments, workers: Workers = .single) -> Tape {
    let tapes = workers.map(2) { direction in
      direction == 0
        ? forward.forward(words, StepOrder(segments, reversed: false))
        : backward.forward(words, StepOrder(segments, reversed: true))
    }
    var output = tapes[0].output
    output.add(tapes[1].output)
    output.scale(by: 0.5)
    return Tape(forward: tapes[0], backward: tapes[1], output: output)
  }

  /// Adds the gradients of the parameters, and returns that of the words.
  public func reverse(
    _ tape: Tape, _ outputGradient: Tensor, into gradient: inout BidirectionalGRU,
    workers: Workers = .single
  ) -> Tensor {
    var half = outputGradient
    half.scale(by: 0.5)
    let halfGradient = half
    let forwardBefore = gradient.forward
    let backwardBefore = gradient.backward
    let results = workers.map(2) { direction in
      var parameters = direction == 0 ? forwardBefore : backwardBefore
      let words =
        direction == 0
        ? forward.reverse(tape.forward, halfGradient, into: &parameters)
        : backward.reverse(tape.backward, halfGradient, into: &parameters)
      return (parameters: parameters, words: words)
    }
    gradient.forward = results[0].parameters
    gradient.backward = results[1].parameters
    return results[0].words.adding(results[1].words)
  }

  /// The tangent of the averaged states along a direction of the parameters and of the words.
  public func tangent(
    _ tape: Tape, _ wordTangent: Tensor, along direction: BidirectionalGRU,
    workers: Workers = .single
  ) -> Tensor {
    let tangents = workers.map(2) { index in
      index == 0
        ? forward.tangent(tape.forward, wordTangent, along: direction.forward)
        : backward.tangent(tape.backward, wordTangent, along: direction.backward)
    }
    var result = tangents[0].adding(tangents[1])
    result.scale(by: 0.5)
    return result
  }
}
