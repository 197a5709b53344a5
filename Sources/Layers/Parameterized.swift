import Tensors

/// A layer or network whose stored tensors can be visited by name, always in the same order.
///
/// A gradient, a direction of change and the moments of an optimiser have the same stored
/// properties as the layer they belong to, so they are values of the layer's own type.
public protocol Parameterized: Sendable {
  /// Calls `visit` with each trainable tensor under its checkpoint name.
  mutating func visitParameters(
    prefix: String, _ visit: (String, inout Tensor) throws -> Void) rethrows
}

extension Parameterized {
  /// Names and values of all trainable tensors, in visiting order.
  public var parameters: [(name: String, value: Tensor)] {
    var copy = self
    var list: [(name: String, value: Tensor)] = []
    copy.visitParameters(prefix: "") { name, tensor in list.append((name, tensor)) }
    return list
  }

  /// A value of the same shape with every trainable tensor zero: an empty gradient.
  public func zeroed() -> Self {
    var copy = self
    copy.visitParameters(prefix: "") { _, tensor in tensor = .zeros(tensor.shape) }
    return copy
  }

  /// Adds `factor` times each tensor of `other`: a plain gradient step when `factor` is negative.
  public mutating func add(
    _ other: Self, scaledBy factor: Float = 1, workers: Workers = .single
  ) {
    let changes = other.parameters
    var index = 0
    visitParameters(prefix: "") { _, tensor in
      tensor.add(changes[index].value, scaledBy: factor, workers: workers)
      index += 1
    }
  }

  /// Multiplies every trainable tensor by `factor`.
  public mutating func scale(by factor: Float) {
    visitParameters(prefix: "") { _, tensor in tensor.scale(by: factor) }
  }

  /// The Euclidean norm over all trainable tensors.
  public var norm: Double {
    parameters.reduce(0) { $0 + $1.value.squaredNorm() }.squareRoot()
  }

  /// Scales all tensors so that their common norm is at most `limit`, as
  /// `torch.nn.utils.clip_grad_norm_` does (factor limit / (norm + 1e-6)).
  public mutating func clip(toNorm limit: Double) {
    let factor = limit / (norm + 1e-6)
    if factor < 1 { scale(by: Float(factor)) }
  }

  /// Whether all trainable tensors hold finite numbers only.
  public var isFinite: Bool { parameters.allSatisfy { $0.value.isFinite } }
}
