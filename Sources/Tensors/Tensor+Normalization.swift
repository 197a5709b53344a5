/// Rows divided by their Euclidean norm, and what the derivative of that needs.
///
/// y = x / (‖x‖ + ε). The Jacobian (I − y yᵀ (‖x‖ + ε) / ‖x‖) / (‖x‖ + ε) is symmetric, so one
/// function serves the reverse and the tangent pass.
public struct NormalizedRows: Sendable {
  /// The normalised rows, in the shape of the input.
  public let output: Tensor
  /// ‖x‖ of each row: [rows].
  public let norms: Tensor

  /// The ε of the published method, outside the root.
  public static let epsilon: Float = 1e-8

  /// - Parameter input: any shape; its rows are normalised, in place where nothing else holds them.
  public init(_ input: consuming Tensor, workers: Workers = .single) {
    var output = consume input
    let width = output.columns
    let height = output.rows
    var norms = Tensor(uninitializedShape: [height])
    output.withMutablePointer { target in
      norms.withMutablePointer { norms in
        let target = SharedMutablePointer(target)
        let norms = SharedMutablePointer(norms)
        let rowsPerChunk = 64
        workers.forEach((height + rowsPerChunk - 1) / rowsPerChunk) { chunk in
          for row in chunk * rowsPerChunk..<min((chunk + 1) * rowsPerChunk, height) {
            let line = target.pointer + row * width
            let norm = dotProduct(line, line, width).squareRoot()
            norms.pointer[row] = norm
            let factor = 1 / (norm + Self.epsilon)
            for index in 0..<width { line[index] *= factor }
          }
        }
      }
    }
    self.output = output
    self.norms = norms
  }

  /// The Jacobian times `direction`, row by row. A row of norm zero only scales, as a limit.
  public func jacobianProduct(_ direction: Tensor, workers: Workers = .single) -> Tensor {
    precondition(
      direction.rows == output.rows && direction.columns == output.columns,
      "shapes \(direction.shape) and \(output.shape)")
    let width = output.columns
    let height = output.rows
    var result = Tensor(uninitializedShape: output.shape)
    direction.withPointer { direction in
      output.withPointer { output in
        norms.withPointer { norms in
          result.withMutablePointer { target in
            let direction = SharedPointer(direction)
            let output = SharedPointer(output)
            let norms = SharedPointer(norms)
            let target = SharedMutablePointer(target)
            let rowsPerChunk = 64
            workers.forEach((height + rowsPerChunk - 1) / rowsPerChunk) { chunk in
              for row in chunk * rowsPerChunk..<min((chunk + 1) * rowsPerChunk, height) {
                let line = output.pointer + row * width
                let change = direction.pointer + row * width
                let norm = norms.pointer[row]
                let scale = 1 / (norm + Self.epsilon)
                let along =
                  norm > 0
                  ? dotProduct(line, change, width) * (norm + Self.epsilon) / norm : 0
                let result = target.pointer + row * width
                for index in 0..<width {
                  result[index] = (change[index] - line[index] * along) * scale
                }
              }
            }
          }
        }
      }
    }
    return result
  }
}

extension Tensor {
  /// (x / (‖x‖ + ε) − q)², row by row, for rows x of this tensor and q of another: what a local
  /// alignment sees of a context and its word, without keeping the normalised context.
  public mutating func becomeSquaredDifference(ofNormalizedRowsFrom other: Tensor) {
    precondition(
      other.rows == rows && other.columns == columns, "shapes \(shape) and \(other.shape)")
    let width = columns
    let height = rows
    other.withPointer { other in
      withMutablePointer { pointer in
        for row in 0..<height {
          let line = pointer + row * width
          let norm = dotProduct(line, line, width).squareRoot()
          let factor = Vector(repeating: 1 / (norm + NormalizedRows.epsilon))
          forEachVector(width) { column, lanes in
            let difference =
              lanes.load(line, column) * factor - lanes.load(other + row * width, column)
            lanes.store(difference * difference, line, column)
          }
        }
      }
    }
  }

  /// Replaces each row by softmax(sharpness · row).
  public mutating func softmaxRows(sharpness: Float = 1) {
    let width = columns
    let height = rows
    guard width > 0 else { return }
    withMutablePointer { pointer in
      for row in 0..<height { softmax(pointer + row * width, width, sharpness: sharpness) }
    }
  }

  /// The Jacobian of `softmaxRows`, which is symmetric, at the point where it gave `self`:
  /// sharpness · y ∘ (x − Σ y x), row by row.
  public func softmaxRowsJacobianProduct(_ direction: Tensor, sharpness: Float = 1) -> Tensor {
    precondition(direction.count == count, "shapes \(direction.shape) and \(shape)")
    let width = columns
    let height = rows
    return withPointer { output in
      direction.withPointer { direction in
        Tensor(shape: shape) { target in
          for row in 0..<height {
            softmaxJacobianProduct(
              output + row * width, direction + row * width, into: target + row * width, width,
              sharpness: sharpness)
          }
        }
      }
    }
  }
}

/// softmax(sharpness · values) in place, with the largest value subtracted first.
@inline(__always)
func softmax(_ values: UnsafeMutablePointer<Float>, _ count: Int, sharpness: Float) {
  var largest = -Float.infinity
  for index in 0..<count { largest = max(largest, values[index]) }
  let shift = Vector(repeating: largest)
  var total = Vector.zero
  var index = 0
  while index + laneCount <= count {
    let power = exponential((values.vector(at: index) - shift) * sharpness)
    values.store(power, at: index)
    total += power
    index += laneCount
  }
  if index < count {
    var lanes = Vector(repeating: -.infinity)
    for lane in 0..<count - index { lanes[lane] = (values[index + lane] - largest) * sharpness }
    let power = exponential(lanes)
    for lane in 0..<count - index {
      values[index + lane] = power[lane]
      total[lane] += power[lane]
    }
  }
  let factor = 1 / total.sum()
  for index in 0..<count { values[index] *= factor }
}

@inline(__always)
func softmaxJacobianProduct(
  _ output: UnsafePointer<Float>, _ direction: UnsafePointer<Float>,
  into target: UnsafeMutablePointer<Float>, _ count: Int, sharpness: Float
) {
  let mean = dotProduct(output, direction, count)
  for index in 0..<count {
    target[index] = sharpness * output[index] * (direction[index] - mean)
  }
}
