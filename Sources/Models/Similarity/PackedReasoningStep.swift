import Layers
import Tensors

/// A folded reasoning step packed for the tiles of a batch, and its three passes.
struct PackedReasoningStep: Sendable {
  let edges: PackedLinear
  let output: PackedLinear

  init(_ step: FoldedReasoningStep) {
    edges = PackedLinear(step.edges)
    output = PackedLinear(step.output)
  }

  /// What a step leaves behind for its derivatives.
  struct Tape: Sendable {
    let input: Tensor
    let queries: Tensor
    let attention: SegmentBlocks
    let mixed: Tensor
    let output: Tensor
  }

  /// - Parameter nodes: [nodes of all pairs, m].
  func forward(_ nodes: Tensor, _ segments: Segments) -> Tape {
    let queries = edges(nodes)
    var attention = SegmentBlocks(queries, timesTransposed: nodes, segments)
    attention.softmaxRows()
    let mixed = attention.times(nodes)
    return Tape(
      input: nodes, queries: queries, attention: attention, mixed: mixed,
      output: output(mixed, activation: .relu))
  }

  /// Adds the gradients of the folded step, and returns that of the nodes.
  func reverse(
    _ tape: Tape, _ outputGradient: Tensor, into gradient: inout FoldedReasoningStep
  ) -> Tensor {
    let segments = tape.attention.segments
    var linearGradient = outputGradient
    linearGradient.mask(wherePositive: tape.output)
    gradient.output.accumulateGradient(of: tape.mixed, linearGradient)
    let mixedGradient = output.inputGradient(linearGradient)
    let logitGradient = tape.attention.softmaxRowsJacobianProduct(
      SegmentBlocks(mixedGradient, timesTransposed: tape.input, segments))
    let queryGradient = logitGradient.times(tape.input)
    gradient.edges.accumulateGradient(of: tape.input, queryGradient)
    var inputGradient = edges.inputGradient(queryGradient)
    tape.attention.addTimes(mixedGradient, .transposed, to: &inputGradient)
    logitGradient.addTimes(tape.queries, .transposed, to: &inputGradient)
    return inputGradient
  }

  /// The tangent of the output along directions of the folded step and of the nodes.
  func tangent(
    _ tape: Tape, _ inputTangent: Tensor, along direction: PackedReasoningStep
  ) -> Tensor {
    let segments = tape.attention.segments
    let queryTangent = edges.tangent(of: tape.input, inputTangent, along: direction.edges)
    var logitTangent = SegmentBlocks(queryTangent, timesTransposed: tape.input, segments)
    logitTangent.add(SegmentBlocks(tape.queries, timesTransposed: inputTangent, segments))
    var mixedTangent = tape.attention.softmaxRowsJacobianProduct(logitTangent).times(tape.input)
    tape.attention.addTimes(inputTangent, to: &mixedTangent)
    var result = output.tangent(of: tape.mixed, mixedTangent, along: direction.output)
    result.mask(wherePositive: tape.output)
    return result
  }
}
