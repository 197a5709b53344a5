import Layers
import Tensors

/// One step of similarity graph reasoning: E ← ReLU(W_s (softmax(Q Kᵀ) E) + b) with Q = W_q E + b_q
/// and K = W_k E + b_k, no scaling (SGRAF, section 3.3).
public struct GraphReasoningStep: Parameterized {
  /// W_q and b_q: [m, m].
  public var query: Linear
  /// W_k and b_k: [m, m].
  public var key: Linear
  /// W_s and b: [m, m].
  public var output: Linear

  /// Random initial weights for nodes of this width.
  public init(width: Int, generator: inout RandomGenerator) {
    query = Linear(inputs: width, outputs: width, generator: &generator)
    key = Linear(inputs: width, outputs: width, generator: &generator)
    output = Linear(inputs: width, outputs: width, generator: &generator)
  }

  /// Calls `visit` with each trainable tensor under its published name.
  public mutating func visitParameters(
    prefix: String, _ visit: (String, inout Tensor) throws -> Void
  ) rethrows {
    try query.visitParameters(prefix: prefix + "graph_query_w.", visit)
    try key.visitParameters(prefix: prefix + "graph_key_w.", visit)
    try output.visitParameters(prefix: prefix + "sim_graph_w.", visit)
  }
}

/// A reasoning step with the query and key products folded into one.
///
/// Under the softmax (W_q e + b_q)·(W_k e′ + b_k) equals (Mᵀ e + u)·e′ with M = W_qᵀ W_k and
/// u = W_kᵀ b_q: what is left out depends on e alone. `edges.weight` holds Mᵀ, `edges.bias` u.
struct FoldedReasoningStep: Parameterized {
  var edges: Linear
  var output: Linear

  init(_ step: GraphReasoningStep) {
    edges = Linear(
      weight: .product(step.key.weight, .transposed, step.query.weight),
      bias: Tensor.product(
        step.query.bias.reshaped([1, step.query.bias.count]), .asStored, step.key.weight
      ).reshaped([step.key.weight.columns]))
    output = step.output
  }

  /// The direction of the folded step when the step changes along `direction`.
  init(_ step: GraphReasoningStep, along direction: GraphReasoningStep) {
    var weight = Tensor.product(direction.key.weight, .transposed, step.query.weight)
    weight.addProduct(step.key.weight, .transposed, direction.query.weight)
    let width = step.query.bias.count
    var bias = Tensor.product(
      direction.query.bias.reshaped([1, width]), .asStored, step.key.weight)
    bias.addProduct(
      step.query.bias.reshaped([1, width]), .asStored, direction.key.weight)
    edges = Linear(weight: weight, bias: bias.reshaped([bias.count]))
    output = direction.output
  }

  mutating func visitParameters(
    prefix: String, _ visit: (String, inout Tensor) throws -> Void
  ) rethrows {
    try edges.visitParameters(prefix: prefix + "edges.", visit)
    try output.visitParameters(prefix: prefix + "output.", visit)
  }

  /// Adds what this gradient of the folded step means for the step itself. The key's bias has
  /// none: it is a constant under the softmax.
  func unfold(for step: GraphReasoningStep, into gradient: inout GraphReasoningStep) {
    gradient.query.weight.addProduct(step.key.weight, .asStored, edges.weight)
    gradient.key.weight.addProduct(step.query.weight, .asStored, edges.weight, .transposed)
    let width = step.query.bias.count
    gradient.key.weight.addProduct(
      step.query.bias.reshaped([width, 1]), .asStored, edges.bias.reshaped([1, width]))
    gradient.query.bias.add(
      .product(step.key.weight, .asStored, edges.bias.reshaped([width, 1])))
    gradient.output.add(output)
  }
}
