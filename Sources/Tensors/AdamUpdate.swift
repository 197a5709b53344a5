/// One step of Adam for one tensor, in place and in place.
public struct AdamUpdate: Sendable {
  private let stepSize: Float
  private let secondCorrection: Float

  private static let firstDecay: Float = 0.9
  private static let secondDecay: Float = 0.999
  private static let epsilon: Float = 1e-8

  /// - Parameters:
  ///   - learningRate: α.
  ///   - step: the number of this step, from 1: it decides the bias corrections.
  public init(learningRate: Float, step: Int) {
    precondition(step >= 1, "Adam's steps are counted from 1")
    func power(_ base: Double) -> Double {
      var result = 1.0
      for _ in 0..<min(step, 100_000) { result *= base }
      return result
    }
    stepSize = Float(Double(learningRate) / (1 - power(0.9)))
    secondCorrection = Float(1 / (1 - power(0.999)).squareRoot())
  }

  /// Updates the moments and the parameter.
  public func apply(
    to parameter: inout Tensor, gradient: Tensor, firstMoment: inout Tensor,
    secondMoment: inout Tensor, workers: Workers = .single
  ) {
    precondition(
      gradient.count == parameter.count && firstMoment.count == parameter.count
        && secondMoment.count == parameter.count,
      "Adam on shapes \(parameter.shape), \(gradient.shape), \(firstMoment.shape)")
    let firstDecay = Vector(repeating: Self.firstDecay)
    let secondDecay = Vector(repeating: Self.secondDecay)
    firstMoment.combine(with: gradient, workers: workers) {
      ($0 * firstDecay).addingProduct($1, 1 - firstDecay)
    }
    secondMoment.combine(with: gradient, workers: workers) {
      ($0 * secondDecay).addingProduct($1 * $1, 1 - secondDecay)
    }
    var change = secondMoment
    let correction = Vector(repeating: secondCorrection)
    change.combine(with: firstMoment, workers: workers) {
      $1 / ($0.squareRoot() * correction + Self.epsilon)
    }
    parameter.add(change, scaledBy: -stepSize, workers: workers)
  }
}
