import Layers
import Tensors

/// Similarity attention filtration: the similarity vector is l2norm of the nodes' weighted sum, with
/// the weights l1norm(σ(BN_1(w · E + b))) over a pair's nodes (SGRAF, section 3.4).
///
/// BN_1 has a single channel. In training it runs over whatever the published loop hands it at once:
/// all images of one caption when a batch is scored all against all, one pair otherwise.
public struct SimilarityFiltration: Parameterized {
  /// w and b: [1, m].
  public var attention: Linear
  /// BN_1.
  public var norm: BatchNorm

  /// Random initial weights.
  public init(_ configuration: SimilarityConfiguration, generator: inout RandomGenerator) {
    attention = Linear(
      inputs: configuration.similarityDimension, outputs: 1, generator: &generator)
    norm = BatchNorm(channels: 1)
  }

  /// Calls `visit` with each trainable tensor under its published name.
  public mutating func visitParameters(
    prefix: String, _ visit: (String, inout Tensor) throws -> Void
  ) rethrows {
    try attention.visitParameters(prefix: prefix + "sim_enc.SAF_module.attn_sim_w.", visit)
    try norm.visitParameters(prefix: prefix + "sim_enc.SAF_module.bn.", visit)
  }

  /// What a pass leaves behind for its derivatives.
  struct Tape: Sendable {
    let nodes: Tensor
    /// The nodes of each pair.
    let segments: Segments
    /// The nodes that each of `norms` ran over.
    let groups: Segments
    let norms: [ChannelNormalization]
    /// σ of the normalised logits: [nodes].
    let gates: Tensor
    /// Σ gates + ε of each pair.
    let totals: [Float]
    /// Gates divided by their pair's total: [nodes].
    let weights: Tensor
    let pooled: NormalizedRows

    /// The similarity vectors: [pairs, m].
    var output: Tensor { pooled.output }
  }

  /// - Parameters:
  ///   - nodes: [nodes of all pairs, m].
  ///   - segments: the nodes of each pair.
  ///   - groups: the nodes that BN_1 takes its statistics over at once, in training.
  func forward(_ nodes: Tensor, _ segments: Segments, groups: Segments, mode: Mode) -> Tape {
    let logits = attention(nodes)
    let norms = (0..<groups.count).map { group in
      norm.normalize(logits[rows: groups[group]], layout(groups, group), mode: mode)
    }
    var gates = Tensor.stackingRows(
      norms.enumerated().map { group, tape in
        norm.output(of: tape, layout(groups, group))
      }, columns: 1)
    gates.applyLogistic()
    let totals = (0..<segments.count).map { pair in
      segments[pair].reduce(NormalizedRows.epsilon) { $0 + gates[$1] }
    }
    let weights = gates.dividedBySegment(totals, segments)
    return Tape(
      nodes: nodes, segments: segments, groups: groups, norms: norms, gates: gates, totals: totals,
      weights: weights, pooled: NormalizedRows(nodes.segmentWeightedSums(weights, segments)))
  }

  /// Adds the gradients of the parameters, and returns that of the nodes.
  func reverse(
    _ tape: Tape, _ outputGradient: Tensor, into gradient: inout SimilarityFiltration
  ) -> Tensor {
    let pooledGradient = tape.pooled.jacobianProduct(outputGradient)
    var nodeGradient = Tensor.zeros(tape.nodes.shape)
    nodeGradient.addSegmentRows(pooledGradient, weightedBy: tape.weights, tape.segments)
    // w = g / Σg, so dg_i = (dw_i − Σ_j w_j dw_j) / Σg.
    let weightGradient = tape.nodes.segmentDots(with: pooledGradient, tape.segments)
    let means = tape.segments.innerProducts(tape.weights, weightGradient)
    var gateGradient = weightGradient.subtractingSegment(means, tape.segments)
      .dividedBySegment(tape.totals, tape.segments)
    gateGradient.multiplyByLogisticSlope(at: tape.gates)
    let logitGradient = Tensor.stackingRows(
      tape.norms.enumerated().map { group, normTape in
        norm.reverse(
          normTape, layout(tape.groups, group),
          gateGradient.reshaped([gateGradient.count, 1])[rows: tape.groups[group]],
          into: &gradient.norm)
      }, columns: 1)
    gradient.attention.accumulateGradient(of: tape.nodes, logitGradient)
    nodeGradient.addProduct(logitGradient, .asStored, attention.weight)
    return nodeGradient
  }

  /// The tangent of the similarity vectors along directions of the parameters and of the nodes.
  func tangent(_ tape: Tape, _ nodeTangent: Tensor, along direction: SimilarityFiltration) -> Tensor
  {
    let logitTangent = attention.tangent(
      of: tape.nodes, nodeTangent, along: direction.attention)
    var gateTangent = Tensor.stackingRows(
      tape.norms.enumerated().map { group, normTape in
        norm.tangent(
          normTape, layout(tape.groups, group), logitTangent[rows: tape.groups[group]],
          along: direction.norm)
      }, columns: 1)
    gateTangent.multiplyByLogisticSlope(at: tape.gates)
    // ẇ_i = (ġ_i − w_i Σ ġ) / Σg.
    let sums = tape.segments.innerProducts(
      gateTangent, Tensor(repeating: 1, shape: gateTangent.shape))
    var spread = tape.weights
    spread.scaleSegments(by: sums, tape.segments)
    gateTangent.add(spread, scaledBy: -1)
    let weightTangent = gateTangent.dividedBySegment(tape.totals, tape.segments)
    var pooledTangent = tape.nodes.segmentWeightedSums(weightTangent, tape.segments)
    pooledTangent.add(nodeTangent.segmentWeightedSums(tape.weights, tape.segments))
    return tape.pooled.jacobianProduct(pooledTangent)
  }

  /// One channel over a group's nodes.
  private func layout(_ groups: Segments, _ group: Int) -> ChannelLayout {
    ChannelLayout(outer: 1, channels: 1, inner: groups.length(group))
  }
}

/// One number a node, grouped by pair.
extension Tensor {
  /// Each number times its segment's factor.
  fileprivate mutating func scaleSegments(by factors: [Float], _ segments: Segments) {
    for segment in 0..<segments.count {
      for row in segments[segment] { self[row] *= factors[segment] }
    }
  }

  fileprivate func dividedBySegment(_ divisors: [Float], _ segments: Segments) -> Tensor {
    var result = self
    result.scaleSegments(by: divisors.map { 1 / $0 }, segments)
    return result
  }

  fileprivate func subtractingSegment(_ terms: [Float], _ segments: Segments) -> Tensor {
    var result = self
    for segment in 0..<segments.count {
      for row in segments[segment] { result[row] -= terms[segment] }
    }
    return result
  }
}

extension Segments {
  /// Σ left · right over each segment of two tensors with one number a row.
  fileprivate func innerProducts(_ left: Tensor, _ right: Tensor) -> [Float] {
    (0..<count).map { segment in self[segment].reduce(0) { $0 + left[$1] * right[$1] } }
  }
}
