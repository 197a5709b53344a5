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
    let count = parameter.count
    gradient.withPointer { gradient in
      firstMoment.withMutablePointer { first in
        secondMoment.withMutablePointer { second in
          parameter.withMutablePointer { parameter in
            let gradient = SharedPointer(gradient)
            let first = SharedMutablePointer(first)
            let second = SharedMutablePointer(second)
            let parameter = SharedMutablePointer(parameter)
            workers.forEach((count + chunkLength - 1) / chunkLength) { chunk in
              let start = chunk * chunkLength
              apply(
                to: parameter.pointer + start, gradient: gradient.pointer + start,
                first: first.pointer + start, second: second.pointer + start,
                min(chunkLength, count - start))
            }
          }
        }
      }
    }
  }

  /// All of a chunk's reads and writes in one go: four arrays pass through memory once.
  private func apply(
    to parameter: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    first: UnsafeMutablePointer<Float>, second: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    let firstDecay = Vector(repeating: Self.firstDecay)
    let secondDecay = Vector(repeating: Self.secondDecay)
    let correction = Vector(repeating: secondCorrection)
    let size = Vector(repeating: -stepSize)
    forEachVector(count) { index, lanes in
      let slope = lanes.load(gradient, index)
      let mean = (lanes.load(first, index) * firstDecay).addingProduct(slope, 1 - firstDecay)
      let square = (lanes.load(second, index) * secondDecay)
        .addingProduct(slope * slope, 1 - secondDecay)
      lanes.store(mean, first, index)
      lanes.store(square, second, index)
      let change = mean / (square.squareRoot() * correction + Self.epsilon)
      lanes.store(lanes.load(parameter, index).addingProduct(size, change), parameter, index)
    }
  }
}
