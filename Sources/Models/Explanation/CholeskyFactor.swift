import Tensors

/// L of L Lᵀ = K, for solving systems with a symmetric positive matrix K.
struct CholeskyFactor: Sendable {
  private let size: Int
  /// L, row by row; above the diagonal nothing is read.
  private let lower: [Double]

  /// - Parameter matrix: K, row by row; its diagonal should be well above zero.
  init(_ matrix: [Double], size: Int) {
    precondition(matrix.count == size * size, "\(matrix.count) numbers for \(size) rows")
    self.size = size
    var lower = matrix
    lower.withUnsafeMutableBufferPointer { lower in
      for row in 0..<size {
        for column in 0...row {
          var sum = lower[row * size + column]
          for index in 0..<column {
            sum -= lower[row * size + index] * lower[column * size + index]
          }
          lower[row * size + column] =
            column < row
            ? sum / lower[column * size + column]
            : max(sum, .leastNormalMagnitude).squareRoot()
        }
      }
    }
    self.lower = lower
  }

  /// X of X K = B, row by row.
  ///
  /// - Parameter rows: B: [rows, size].
  func solve(_ rows: [[Double]], workers: Workers) -> [[Double]] {
    workers.map(rows.count) { solve(rows[$0]) }
  }

  private func solve(_ right: [Double]) -> [Double] {
    var solution = right
    solution.withUnsafeMutableBufferPointer { solution in
      lower.withUnsafeBufferPointer { lower in
        for row in 0..<size {
          var sum = solution[row]
          for index in 0..<row { sum -= lower[row * size + index] * solution[index] }
          solution[row] = sum / lower[row * size + row]
        }
        for row in (0..<size).reversed() {
          let value = solution[row] / lower[row * size + row]
          solution[row] = value
          for index in 0..<row { solution[index] -= value * lower[row * size + index] }
        }
      }
    }
    return solution
  }
}
