/// Products of matrices with a few dozen rows, such as the attention of a pair's nodes to each
/// other: too small for BLAS, which would spend most of its time on packing them.

/// target = left · rightᵀ, added to what is there if asked; left: [rows, width], right:
/// [columns, width], target: [rows, columns].
func smallProductTransposed(
  _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>,
  into target: UnsafeMutablePointer<Float>, rows: Int, columns: Int, width: Int,
  keeps: Bool = false
) {
  // The last block may compute its last row twice: sums are added to what was there before.
  @inline(__always)
  func put(_ upper: Float, _ lower: Float, _ row: Int, _ second: Int, _ column: Int) {
    let place = target + row * columns + column
    let below = target + second * columns + column
    let before = keeps ? (place.pointee, below.pointee) : (0, 0)
    place.pointee = before.0 + upper
    below.pointee = before.1 + lower
  }
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
        put(sums.upper[index], sums.lower[index], row, second, column + index)
      }
      column += 4
    }
    while column < columns {
      let line = right + column * width
      put(dotProduct(upper, line, width), dotProduct(lower, line, width), row, second, column)
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

/// target = weights · rows, or weightsᵀ · rows, added to what is there if asked; weights: [length,
/// length], rows and target: [length, width].
func smallProduct(
  _ weights: UnsafePointer<Float>, _ orientation: Orientation, _ rows: UnsafePointer<Float>,
  into target: UnsafeMutablePointer<Float>, length: Int, width: Int, keeps: Bool = false
) {
  PanelProduct(
    left: LeftOperand(weights, orientation, stride: length), rows: length, inner: length,
    columns: width, target: target, stride: width
  ).run(.matrix(rows, .asStored, stride: width), keeps: keeps)
}
