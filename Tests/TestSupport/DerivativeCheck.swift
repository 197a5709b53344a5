import Tensors
import Testing

extension Tensor {
  /// The sum of products with a tensor of as many elements, in double precision.
  public func inner(_ other: Tensor) -> Double {
    zip(elements, other.elements).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }
}

/// Checks a directional derivative three ways: by central differences of `value`, by the tangent
/// pass and by the reverse pass. All three are the same number when the passes are right.
///
/// - Parameters:
///   - value: the scalar ⟨c, f(p + t v)⟩ as a function of t.
///   - tangent: ⟨c, J v⟩ from the tangent pass.
///   - reverse: ⟨Jᵀ c, v⟩ from the reverse pass.
///   - step: of the differences; wide, since f computes in single precision.
public func assertDerivative(
  of value: (Float) -> Double, tangent: Double, reverse: Double, step: Float = 1e-2,
  tolerance: Double = 2e-2, sourceLocation: SourceLocation = #_sourceLocation
) {
  let coarse = (value(step) - value(-step)) / Double(2 * step)
  let fine = (value(step / 2) - value(-step / 2)) / Double(step)
  // Richardson's extrapolation removes the error of second order.
  let difference = (4 * fine - coarse) / 3
  let scale = max(abs(difference), abs(tangent), 1e-2)
  for (name, pass) in [("tangent", tangent), ("reverse", reverse)] {
    if !pass.isFinite || abs(pass - difference) > tolerance * scale {
      Issue.record(
        "\(name) pass gives \(pass), differences give \(difference), tolerance \(tolerance)",
        sourceLocation: sourceLocation)
    }
  }
  // Both passes compute the same products in another order.
  if abs(tangent - reverse) > 1e-3 * scale {
    Issue.record(
      "tangent pass gives \(tangent), reverse pass gives \(reverse)",
      sourceLocation: sourceLocation)
  }
}
