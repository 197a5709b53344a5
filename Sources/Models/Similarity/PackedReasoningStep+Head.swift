import Tensors

/// The last reasoning step: only node 0 of each pair, the similarity vector, is ever read, so only
/// its row is computed.
extension PackedReasoningStep {
  /// What the last step leaves behind for its derivatives.
  struct HeadTape: Sendable {
    let input: Tensor
    let segments: Segments
    let heads: Tensor
    let queries: Tensor
    let attention: Tensor
    let mixed: Tensor
    /// The similarity vectors: [pairs, m].
    let output: Tensor
  }

  func forwardHeads(_ nodes: Tensor, _ segments: Segments) -> HeadTape {
    let heads = nodes.gatheringRows(Array(segments.offsets.dropLast()))
    let queries = edges(heads)
    var attention = nodes.segmentDots(with: queries, segments)
    attention.softmaxSegments(segments)
    let mixed = nodes.segmentWeightedSums(attention, segments)
    return HeadTape(
      input: nodes, segments: segments, heads: heads, queries: queries, attention: attention,
      mixed: mixed, output: output(mixed, activation: .relu))
  }

  /// Adds the gradients of the folded step, and returns that of all nodes.
  func reverseHeads(
    _ tape: HeadTape, _ outputGradient: Tensor, into gradient: inout FoldedReasoningStep
  ) -> Tensor {
    let segments = tape.segments
    var linearGradient = outputGradient
    linearGradient.mask(wherePositive: tape.output)
    gradient.output.accumulateGradient(of: tape.mixed, linearGradient)
    let mixedGradient = output.inputGradient(linearGradient)
    let logitGradient = tape.attention.softmaxSegmentsJacobianProduct(
      tape.input.segmentDots(with: mixedGradient, segments), segments)
    let queryGradient = tape.input.segmentWeightedSums(logitGradient, segments)
    gradient.edges.accumulateGradient(of: tape.heads, queryGradient)
    var inputGradient = Tensor.zeros(tape.input.shape)
    inputGradient.addSegmentRows(mixedGradient, weightedBy: tape.attention, segments)
    inputGradient.addSegmentRows(tape.queries, weightedBy: logitGradient, segments)
    inputGradient.scatterAdd(
      edges.inputGradient(queryGradient), toRows: Array(segments.offsets.dropLast()))
    return inputGradient
  }

  /// The tangent of the similarity vectors.
  func tangentHeads(
    _ tape: HeadTape, _ inputTangent: Tensor, along direction: PackedReasoningStep
  ) -> Tensor {
    let segments = tape.segments
    let headTangent = inputTangent.gatheringRows(Array(segments.offsets.dropLast()))
    let queryTangent = edges.tangent(of: tape.heads, headTangent, along: direction.edges)
    var logitTangent = tape.input.segmentDots(with: queryTangent, segments)
    logitTangent.add(inputTangent.segmentDots(with: tape.queries, segments))
    let attentionTangent = tape.attention.softmaxSegmentsJacobianProduct(logitTangent, segments)
    var mixedTangent = tape.input.segmentWeightedSums(attentionTangent, segments)
    mixedTangent.add(inputTangent.segmentWeightedSums(tape.attention, segments))
    var result = output.tangent(of: tape.mixed, mixedTangent, along: direction.output)
    result.mask(wherePositive: tape.output)
    return result
  }
}
