import Layers
import Tensors

/// Where image and caption meet (SGRAF, section 3.2): each word attends to the regions, and the
/// squared difference of word and attended context becomes a local alignment; the global vectors
/// give a global one.
///
///     a_rl = leakyReLU_0.1(x_r · q_l), l2-normalised over l for each r
///     c_l  = l2norm(Σ_r softmax_r(9 a_rl) x_r)
///     s_l  = l2norm(W_loc (c_l − q_l)² + b),  s_0 = l2norm(W_glo (v − t)² + b)
public struct PairAlignment: Parameterized {
  /// W_loc: [m, d].
  public var local: Linear
  /// W_glo: [m, d].
  public var global: Linear

  /// Slope of the leaky rectifier below zero.
  static let leak: Float = 0.1
  /// Inverse temperature of the attention over regions.
  static let sharpness: Float = 9

  /// Random initial weights.
  public init(_ configuration: SimilarityConfiguration, generator: inout RandomGenerator) {
    local = Linear(
      inputs: configuration.embedSize, outputs: configuration.similarityDimension,
      generator: &generator)
    global = Linear(
      inputs: configuration.embedSize, outputs: configuration.similarityDimension,
      generator: &generator)
  }

  /// Calls `visit` with each trainable tensor under its published name.
  public mutating func visitParameters(
    prefix: String, _ visit: (String, inout Tensor) throws -> Void
  ) rethrows {
    try local.visitParameters(prefix: prefix + "sim_enc.sim_tranloc_w.", visit)
    try global.visitParameters(prefix: prefix + "sim_enc.sim_tranglo_w.", visit)
  }
}
