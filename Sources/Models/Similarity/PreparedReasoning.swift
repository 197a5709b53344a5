import Layers
import Tensors

/// What a tile's pass leaves behind for its derivatives.
enum ReasoningTape: Sendable {
  case graph(PackedGraphReasoning.Tape)
  case filtration(SimilarityFiltration.Tape)

  /// The similarity vectors: [pairs, m].
  var output: Tensor {
    switch self {
    case .graph(let tape): tape.output
    case .filtration(let tape): tape.output
    }
  }

  /// What BN_1 ran over, in order; empty for a graph.
  var norms: [ChannelNormalization] {
    guard case .filtration(let tape) = self else { return [] }
    return tape.norms
  }
}

/// A reasoning prepared for a batch: the graph's steps folded and packed, the filtration as it is.
enum PreparedReasoning: Sendable {
  case graph(PackedGraphReasoning)
  case filtration(SimilarityFiltration)

  init(_ reasoning: SimilarityReasoning) {
    switch reasoning {
    case .graph(let reasoning):
      self = .graph(PackedGraphReasoning(FoldedGraphReasoning(reasoning)))
    case .filtration(let reasoning): self = .filtration(reasoning)
    }
  }

  /// The direction of the prepared reasoning when the reasoning changes along `direction`.
  init(_ reasoning: SimilarityReasoning, along direction: SimilarityReasoning) {
    switch (reasoning, direction) {
    case (.graph(let reasoning), .graph(let direction)):
      self = .graph(PackedGraphReasoning(FoldedGraphReasoning(reasoning, along: direction)))
    case (_, .filtration(let direction)): self = .filtration(direction)
    default: preconditionFailure("a direction of another kind of reasoning")
    }
  }

  /// An empty gradient.
  func zeroed() -> FoldedReasoning {
    switch self {
    case .graph(let reasoning): .graph(reasoning.folded.zeroed())
    case .filtration(let reasoning): .filtration(reasoning.zeroed())
    }
  }

  /// - Parameters:
  ///   - nodes: [nodes of the tile's pairs, m].
  ///   - segments: the nodes of each pair.
  ///   - isColumn: whether the tile is a whole column of the batch: all images of one caption.
  func forward(_ nodes: Tensor, _ segments: Segments, isColumn: Bool, mode: Mode) -> ReasoningTape {
    switch self {
    case .graph(let reasoning): .graph(reasoning.forward(nodes, segments))
    case .filtration(let reasoning):
      .filtration(
        reasoning.forward(
          nodes, segments, groups: isColumn ? Segments(lengths: [segments.rowCount]) : segments,
          mode: mode))
    }
  }

  /// Adds the gradients of the parameters, and returns that of the nodes.
  func reverse(
    _ tape: ReasoningTape, _ outputGradient: Tensor, into gradient: inout FoldedReasoning
  ) -> Tensor {
    switch (self, tape, gradient) {
    case (.graph(let reasoning), .graph(let tape), .graph(var sum)):
      // The only reference to the sum is this one, so that it is added to in place.
      gradient = .graph(FoldedGraphReasoning(steps: []))
      defer { gradient = .graph(sum) }
      return reasoning.reverse(tape, outputGradient, into: &sum)
    case (.filtration(let reasoning), .filtration(let tape), .filtration(var sum)):
      defer { gradient = .filtration(sum) }
      return reasoning.reverse(tape, outputGradient, into: &sum)
    default: preconditionFailure("a tape or gradient of another kind of reasoning")
    }
  }

  /// The tangent of the similarity vectors.
  func tangent(
    _ tape: ReasoningTape, _ nodeTangent: Tensor, along direction: PreparedReasoning
  ) -> Tensor {
    switch (self, tape, direction) {
    case (.graph(let reasoning), .graph(let tape), .graph(let direction)):
      reasoning.tangent(tape, nodeTangent, along: direction)
    case (.filtration(let reasoning), .filtration(let tape), .filtration(let direction)):
      reasoning.tangent(tape, nodeTangent, along: direction)
    default: preconditionFailure("a tape or direction of another kind of reasoning")
    }
  }
}
