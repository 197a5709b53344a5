/// Elementwise work is cut into chunks of this many elements for the workers.
let chunkLength = 1 << 15

extension Tensor {
  /// Sets every element to `value`.
  public mutating func fill(with value: Float) {
    let total = count
    withMutablePointer { $0.update(repeating: value, count: total) }
  }

  /// Multiplies every element by `factor`.
  public mutating func scale(by factor: Float) {
    transform { $0 * factor }
  }

  /// Adds `factor · other`, element by element.
  public mutating func add(
    _ other: Tensor, scaledBy factor: Float = 1, workers: Workers = .single
  ) {
    let factor = Vector(repeating: factor)
    combine(with: other, workers: workers) { $0.addingProduct(factor, $1) }
  }

  /// Multiplies by `other`, element by element.
  public mutating func multiply(by other: Tensor, workers: Workers = .single) {
    combine(with: other, workers: workers) { $0 * $1 }
  }

  /// The elementwise product.
  public func multiplied(by other: Tensor, workers: Workers = .single) -> Tensor {
    var result = self
    result.multiply(by: other, workers: workers)
    return result
  }

  /// The elementwise sum.
  public func adding(_ other: Tensor, scaledBy factor: Float = 1) -> Tensor {
    var result = self
    result.add(other, scaledBy: factor)
    return result
  }

  /// (self − other)², element by element.
  public func squaredDifference(from other: Tensor) -> Tensor {
    precondition(other.count == count, "shapes \(shape) and \(other.shape) do not match")
    return withPointer { left in
      other.withPointer { right in
        Tensor(shape: shape) { target in
          forEachVector(count) { index, lanes in
            let difference = lanes.load(left, index) - lanes.load(right, index)
            lanes.store(difference * difference, target, index)
          }
        }
      }
    }
  }

  /// 2 (self − other) · factor, element by element: what a squared difference hands to its
  /// arguments in the reverse pass (with a gradient) and in the tangent pass (with a tangent).
  public func doubledDifference(from other: Tensor, times factor: Tensor) -> Tensor {
    precondition(
      other.count == count && factor.count == count,
      "shapes \(shape), \(other.shape) and \(factor.shape) do not match")
    return withPointer { left in
      other.withPointer { right in
        factor.withPointer { factor in
          Tensor(shape: shape) { target in
            forEachVector(count) { index, lanes in
              let difference = lanes.load(left, index) - lanes.load(right, index)
              lanes.store((difference + difference) * lanes.load(factor, index), target, index)
            }
          }
        }
      }
    }
  }

  /// Keeps positive elements and sets the others to zero.
  public mutating func rectify() {
    transform { $0.replacing(with: 0, where: $0 .<= Vector.zero) }
  }

  /// Sets elements to zero where the rectified `output` is zero: the Jacobian of `rectify`.
  public mutating func mask(wherePositive output: Tensor) {
    combine(with: output) { $0.replacing(with: 0, where: $1 .<= Vector.zero) }
  }

  /// Multiplies negative elements by `slope`.
  public mutating func rectifyLeakily(slope: Float) {
    transform { $0.replacing(with: $0 * slope, where: $0 .< Vector.zero) }
  }

  /// Multiplies elements by `slope` where `output` is negative: the Jacobian of `rectifyLeakily`.
  public mutating func scaleLeakily(slope: Float, whereNegative output: Tensor) {
    combine(with: output) { $0.replacing(with: $0 * slope, where: $1 .< Vector.zero) }
  }

  /// tanh of each element.
  public mutating func applyTanh(workers: Workers = .single) {
    transform(workers: workers) { hyperbolicTangent($0) }
  }

  /// Multiplies by 1 − output²: the Jacobian of tanh at the point where it gave `output`.
  public mutating func multiplyByTanhSlope(at output: Tensor, workers: Workers = .single) {
    combine(with: output, workers: workers) { $0 * (1 - $1 * $1) }
  }

  /// 1 / (1 + e⁻ˣ) of each element.
  public mutating func applyLogistic() {
    transform { logistic($0) }
  }

  /// Multiplies by output (1 − output): the Jacobian of the logistic function.
  public mutating func multiplyByLogisticSlope(at output: Tensor) {
    combine(with: output) { $0 * ($1 * (1 - $1)) }
  }

  /// Applies `body` to vectors of elements in place.
  @inline(__always)
  mutating func transform(
    workers: Workers = .single, _ body: @Sendable (Vector) -> Vector
  ) {
    let total = count
    withMutablePointer { pointer in
      let target = SharedMutablePointer(pointer)
      workers.forEach((total + chunkLength - 1) / chunkLength) { chunk in
        let pointer = target.pointer
        var index = chunk * chunkLength
        let end = min(index + chunkLength, total)
        while index + laneCount <= end {
          pointer.store(body(pointer.vector(at: index)), at: index)
          index += laneCount
        }
        if index < end {
          var lanes = Vector.zero
          for lane in 0..<end - index { lanes[lane] = pointer[index + lane] }
          let result = body(lanes)
          for lane in 0..<end - index { pointer[index + lane] = result[lane] }
        }
      }
    }
  }

  /// Applies `body` to vectors of elements of this tensor and another of the same size, in place.
  @inline(__always)
  mutating func combine(
    with other: Tensor, workers: Workers = .single,
    _ body: @Sendable (Vector, Vector) -> Vector
  ) {
    precondition(other.count == count, "shapes \(shape) and \(other.shape) do not match")
    let total = count
    other.withPointer { otherPointer in
      withMutablePointer { pointer in
        let source = SharedPointer(otherPointer)
        let target = SharedMutablePointer(pointer)
        workers.forEach((total + chunkLength - 1) / chunkLength) { chunk in
          let pointer = target.pointer
          let other = source.pointer
          var index = chunk * chunkLength
          let end = min(index + chunkLength, total)
          while index + laneCount <= end {
            pointer.store(
              body(pointer.vector(at: index), other.vector(at: index)), at: index)
            index += laneCount
          }
          if index < end {
            var left = Vector.zero
            var right = Vector.zero
            for lane in 0..<end - index {
              left[lane] = pointer[index + lane]
              right[lane] = other[index + lane]
            }
            let result = body(left, right)
            for lane in 0..<end - index { pointer[index + lane] = result[lane] }
          }
        }
      }
    }
  }
}
