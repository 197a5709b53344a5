/// Products of matrices with a few dozen rows, such as the attention of a pair's nodes to each
/// other: too small for BLAS, which would spend most of its time on packing them.

/// target = left · rightᵀ; left: [rows, width], right: [columns, width], target: [rows, columns].
func smallProductTransposed(
  _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>,
  into target: UnsafeMutablePointer<Float>, rows: Int, columns: Int, width: Int
) {
  var row = 0
  while row < rows {
    let second = min(row + 1, rows - 1)
    let upper = left + row * width
    let lower = left + second * width
    var column = 0
    while column + 4 <= columns {
      let block = right + column * width
      let sums = dotBlock(upper, lower, block, width)
      for index in 0..<4 {
        target[row * columns + column + index] = sums.upper[index]
        target[second * columns + column + index] = sums.lower[index]
      }
      column += 4
    }
    while column < columns {
      target[row * columns + column] = dotProduct(upper, right + column * width, width)
      target[second * columns + column] = dotProduct(lower, right + column * width, width)
      column += 1
    }
    row += 2
  }
}

/// The dot products of two rows with four.
@inline(__always)
private func dotBlock(
  _ upper: UnsafePointer<Float>, _ lower: UnsafePointer<Float>, _ block: UnsafePointer<Float>,
  _ width: Int
) -> (upper: SIMD4<Float>, lower: SIMD4<Float>) {
  var upper0 = Vector.zero
  var upper1 = Vector.zero
  var upper2 = Vector.zero
  var upper3 = Vector.zero
  var lower0 = Vector.zero
  var lower1 = Vector.zero
  var lower2 = Vector.zero
  var lower3 = Vector.zero
  var index = 0
  while index + laneCount <= width {
    let high = upper.vector(at: index)
    let low = lower.vector(at: index)
    let first = block.vector(at: index)
    upper0 = upper0.addingProduct(high, first)
    lower0 = lower0.addingProduct(low, first)
    let second = block.vector(at: width + index)
    upper1 = upper1.addingProduct(high, second)
    lower1 = lower1.addingProduct(low, second)
    let third = block.vector(at: 2 * width + index)
    upper2 = upper2.addingProduct(high, third)
    lower2 = lower2.addingProduct(low, third)
    let fourth = block.vector(at: 3 * width + index)
    upper3 = upper3.addingProduct(high, fourth)
    lower3 = lower3.addingProduct(low, fourth)
    index += laneCount
  }
  var upperSums = SIMD4(upper0.sum(), upper1.sum(), upper2.sum(), upper3.sum())
  var lowerSums = SIMD4(lower0.sum(), lower1.sum(), lower2.sum(), lower3.sum())
  while index < width {
    for line in 0..<4 {
      upperSums[line] += upper[index] * block[line * width + index]
      lowerSums[line] += lower[index] * block[line * width + index]
    }
    index += 1
  }
  return (upperSums, lowerSums)
}

/// target = weights · rows, or weightsᵀ · rows; weights: [length, length], rows and target:
/// [length, width].
func smallProduct(
  _ weights: UnsafePointer<Float>, _ orientation: Orientation, _ rows: UnsafePointer<Float>,
  into target: UnsafeMutablePointer<Float>, length: Int, width: Int
) {
  // Element (i, j) of the oriented weights is weights[i · down + j · along].
  let down = orientation == .asStored ? length : 1
  let along = orientation == .asStored ? 1 : length
  var row = 0
  while row < length {
    // The last block may compute its last row more than once.
    let second = min(row + 1, length - 1)
    let third = min(row + 2, length - 1)
    let fourth = min(row + 3, length - 1)
    var column = 0
    while column + 2 * laneCount <= width {
      var sum00 = Vector.zero
      var sum01 = Vector.zero
      var sum10 = Vector.zero
      var sum11 = Vector.zero
      var sum20 = Vector.zero
      var sum21 = Vector.zero
      var sum30 = Vector.zero
      var sum31 = Vector.zero
      for inner in 0..<length {
        let left = rows.vector(at: inner * width + column)
        let right = rows.vector(at: inner * width + column + laneCount)
        let factors = weights + inner * along
        let factor0 = Vector(repeating: factors[row * down])
        sum00 = sum00.addingProduct(factor0, left)
        sum01 = sum01.addingProduct(factor0, right)
        let factor1 = Vector(repeating: factors[second * down])
        sum10 = sum10.addingProduct(factor1, left)
        sum11 = sum11.addingProduct(factor1, right)
        let factor2 = Vector(repeating: factors[third * down])
        sum20 = sum20.addingProduct(factor2, left)
        sum21 = sum21.addingProduct(factor2, right)
        let factor3 = Vector(repeating: factors[fourth * down])
        sum30 = sum30.addingProduct(factor3, left)
        sum31 = sum31.addingProduct(factor3, right)
      }
      target.store(sum00, at: row * width + column)
      target.store(sum01, at: row * width + column + laneCount)
      target.store(sum10, at: second * width + column)
      target.store(sum11, at: second * width + column + laneCount)
      target.store(sum20, at: third * width + column)
      target.store(sum21, at: third * width + column + laneCount)
      target.store(sum30, at: fourth * width + column)
      target.store(sum31, at: fourth * width + column + laneCount)
      column += 2 * laneCount
    }
    for line in row...fourth {
      for rest in column..<width {
        var sum: Float = 0
        for inner in 0..<length {
          sum += weights[line * down + inner * along] * rows[inner * width + rest]
        }
        target[line * width + rest] = sum
      }
    }
    row += 4
  }
}
