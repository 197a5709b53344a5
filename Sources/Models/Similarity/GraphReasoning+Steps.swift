import Layers
import Tensors

/// Similarity graph reasoning: a few steps over each pair's nodes, each with its own weights. The
/// similarity vector is node 0 after the last.
public struct GraphReasoning: Parameterized {
  /// The steps in their order.
  public var steps: [GraphReasoningStep]

  /// Random initial weights.
  public init(_ configuration: SimilarityConfiguration, generator: inout RandomGenerator) {
    precondition(configuration.reasoningSteps >= 1, "graph reasoning needs at least one step")
    steps = (0..<configuration.reasoningSteps).map { _ in
      GraphReasoningStep(width: configuration.similarityDimension, generator: &generator)
    }
  }

  /// Calls `visit` with each trainable tensor under its published name.
  public mutating func visitParameters(
    prefix: String, _ visit: (String, inout Tensor) throws -> Void
  ) rethrows {
    for index in steps.indices {
      try steps[index].visitParameters(prefix: "\(prefix)sim_enc.SGR_module.\(index).", visit)
    }
  }
}

/// All steps of a graph reasoning, folded once for a batch.
struct FoldedGraphReasoning: Parameterized {
  var steps: [FoldedReasoningStep]

  init(steps: [FoldedReasoningStep]) { self.steps = steps }

  init(_ reasoning: GraphReasoning) {
    steps = reasoning.steps.map(FoldedReasoningStep.init)
  }

  init(_ reasoning: GraphReasoning, along direction: GraphReasoning) {
    steps = zip(reasoning.steps, direction.steps).map { FoldedReasoningStep($0, along: $1) }
  }

  mutating func visitParameters(
    prefix: String, _ visit: (String, inout Tensor) throws -> Void
  ) rethrows {
    for index in steps.indices {
      try steps[index].visitParameters(prefix: "\(prefix)\(index).", visit)
    }
  }

  /// Adds what this gradient means for the unfolded steps.
  func unfold(for reasoning: GraphReasoning, into gradient: inout GraphReasoning) {
    for (index, step) in steps.enumerated() {
      step.unfold(for: reasoning.steps[index], into: &gradient.steps[index])
    }
  }
}

/// All steps of a graph reasoning, packed for the tiles of a batch.
struct PackedGraphReasoning: Sendable {
  let folded: FoldedGraphReasoning
  let steps: [PackedReasoningStep]

  init(_ folded: FoldedGraphReasoning) {
    self.folded = folded
    steps = folded.steps.map(PackedReasoningStep.init)
  }

  /// What a pass leaves behind for its derivatives.
  struct Tape: Sendable {
    let steps: [PackedReasoningStep.Tape]
    let last: PackedReasoningStep.HeadTape

    /// The similarity vectors: [pairs, m].
    var output: Tensor { last.output }
  }

  func forward(_ nodes: Tensor, _ segments: Segments) -> Tape {
    var tapes: [PackedReasoningStep.Tape] = []
    for step in steps.dropLast() {
      tapes.append(step.forward(tapes.last?.output ?? nodes, segments))
    }
    let last = steps[steps.count - 1].forwardHeads(tapes.last?.output ?? nodes, segments)
    return Tape(steps: tapes, last: last)
  }

  func reverse(
    _ tape: Tape, _ outputGradient: Tensor, into gradient: inout FoldedGraphReasoning
  ) -> Tensor {
    let last = steps.count - 1
    var nodeGradient = steps[last].reverseHeads(
      tape.last, outputGradient, into: &gradient.steps[last])
    for index in steps.indices.dropLast().reversed() {
      nodeGradient = steps[index].reverse(
        tape.steps[index], nodeGradient, into: &gradient.steps[index])
    }
    return nodeGradient
  }

  func tangent(_ tape: Tape, _ nodeTangent: Tensor, along direction: PackedGraphReasoning) -> Tensor
  {
    var change = nodeTangent
    for index in steps.indices.dropLast() {
      change = steps[index].tangent(tape.steps[index], change, along: direction.steps[index])
    }
    let last = steps.count - 1
    return steps[last].tangentHeads(tape.last, change, along: direction.steps[last])
  }
}
