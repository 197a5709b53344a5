/// What becomes of a sum at the end of a product or a convolution.
public enum Activation: Sendable {
  case none
  /// max(x, 0).
  case relu
  /// min(max(x, 0), 6).
  case relu6
}

extension Vector {
  /// min(max(x, 0), 6); NaN stays NaN.
  @inline(__always)
  var relu6: Vector {
    let positive = replacing(with: 0, where: self .< Vector.zero)
    return positive.replacing(with: 6, where: positive .> 6)
  }
}
