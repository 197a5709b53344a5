import Layers
import Tensors

/// How the alignments of a pair become its similarity vector: one of the two variants of SGRAF, the
/// graph in one of its two forms.
public enum ReasoningVariant<Graph: Parameterized>: Parameterized {
  /// Similarity graph reasoning.
  case graph(Graph)
  /// Similarity attention filtration.
  case filtration(SimilarityFiltration)

  /// Calls `visit` with each trainable tensor under its published name.
  public mutating func visitParameters(
    prefix: String, _ visit: (String, inout Tensor) throws -> Void
  ) rethrows {
    switch self {
    case .graph(var reasoning):
      defer { self = .graph(reasoning) }
      try reasoning.visitParameters(prefix: prefix, visit)
    case .filtration(var reasoning):
      defer { self = .filtration(reasoning) }
      try reasoning.visitParameters(prefix: prefix, visit)
    }
  }
}

/// A reasoning as it is trained and stored.
public typealias SimilarityReasoning = ReasoningVariant<GraphReasoning>

extension SimilarityReasoning {
  /// Random initial weights.
  public init(_ configuration: SimilarityConfiguration, generator: inout RandomGenerator) {
    switch configuration.reasoning {
    case .graph: self = .graph(GraphReasoning(configuration, generator: &generator))
    case .filtration:
      self = .filtration(SimilarityFiltration(configuration, generator: &generator))
    }
  }

  /// Visits the BatchNorm of the filtration, where there is one.
  mutating func visitNorms(
    prefix: String, _ visit: (String, inout BatchNorm) throws -> Void
  ) rethrows {
    guard case .filtration(var reasoning) = self else { return }
    defer { self = .filtration(reasoning) }
    try visit(prefix + "sim_enc.SAF_module.bn.", &reasoning.norm)
  }
}

/// What a tile's pass leaves behind for its derivatives.
enum ReasoningTape: Sendable {
  case graph(FoldedGraphReasoning.Tape)
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

/// A reasoning prepared for a batch: the graph's steps folded, the filtration as it is.
typealias PreparedReasoning = ReasoningVariant<FoldedGraphReasoning>

extension PreparedReasoning {
  init(_ reasoning: SimilarityReasoning) {
    switch reasoning {
    case .graph(let reasoning): self = .graph(FoldedGraphReasoning(reasoning))
    case .filtration(let reasoning): self = .filtration(reasoning)
    }
  }

  /// The direction of the prepared reasoning when the reasoning changes along `direction`.
  init(_ reasoning: SimilarityReasoning, along direction: SimilarityReasoning) {
    switch (reasoning, direction) {
    case (.graph(let reasoning), .graph(let direction)):
      self = .graph(FoldedGraphReasoning(reasoning, along: direction))
    case (_, .filtration(let direction)): self = .filtration(direction)
    default: preconditionFailure("a direction of another kind of reasoning")
    }
  }

  /// Adds what this gradient means for the reasoning itself.
  func unfold(for reasoning: SimilarityReasoning, into gradient: inout SimilarityReasoning) {
    switch (self, reasoning, gradient) {
    case (.graph(let folded), .graph(let reasoning), .graph(var sum)):
      folded.unfold(for: reasoning, into: &sum)
      gradient = .graph(sum)
    case (.filtration(let own), _, .filtration(var sum)):
      sum.add(own)
      gradient = .filtration(sum)
    default: preconditionFailure("a gradient of another kind of reasoning")
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
    _ tape: ReasoningTape, _ outputGradient: Tensor, into gradient: inout PreparedReasoning
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
