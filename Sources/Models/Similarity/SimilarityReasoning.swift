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

/// The gradient of a reasoning in its folded form, as the tiles add to it.
typealias FoldedReasoning = ReasoningVariant<FoldedGraphReasoning>

extension FoldedReasoning {
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
}
