/// The innermost loops of products with a `PackedMatrix`: a few rows of the left operand times one
/// panel of the right one, all sums in registers. Six rows by sixteen columns is what AVX2's sixteen
/// registers hold without spilling.

/// Number of columns of a full panel, and of the narrow one that may end a matrix.
let panelWidth = 2 * laneCount
let narrowPanelWidth = laneCount

/// Where the elements of a left operand lie: element (i, k) at `pointer[i · row + k · inner]`.
struct LeftOperand {
  let pointer: UnsafePointer<Float>
  let row: Int
  let inner: Int

  @inline(__always)
  init(_ pointer: UnsafePointer<Float>, row: Int, inner: Int) {
    self.pointer = pointer
    self.row = row
    self.inner = inner
  }

  /// A matrix whose stored rows are `stride` apart.
  init(_ pointer: UnsafePointer<Float>, _ orientation: Orientation, stride: Int) {
    self.init(
      pointer, row: orientation == .asStored ? stride : 1,
      inner: orientation == .asStored ? 1 : stride)
  }

  @inline(__always)
  func advanced(rows: Int, inner steps: Int) -> LeftOperand {
    LeftOperand(pointer + rows * row + steps * inner, row: row, inner: inner)
  }
}

/// What a product's sums begin with, and what becomes of them.
struct PanelEnds {
  /// Begins with what the result holds.
  let keeps: Bool
  /// Otherwise begins with these columns; nil stands for zero.
  let start: UnsafePointer<Float>?
  /// Sums outside of these bounds become the bound; NaN stays NaN.
  private let lowest: Vector
  private let highest: Vector

  init(keeps: Bool, start: UnsafePointer<Float>?, activation: Activation) {
    self.keeps = keeps
    self.start = start
    lowest = Vector(repeating: activation == .none ? -.infinity : 0)
    highest = Vector(repeating: activation == .relu6 ? 6 : .infinity)
  }

  @inline(__always)
  func first(_ target: UnsafeMutablePointer<Float>, _ column: Int) -> Vector {
    if keeps { return target.vector(at: column) }
    return start?.vector(at: column) ?? .zero
  }

  @inline(__always)
  func store(_ sum: Vector, _ target: UnsafeMutablePointer<Float>, _ column: Int) {
    let raised = sum.replacing(with: lowest, where: sum .< lowest)
    target.store(raised.replacing(with: highest, where: raised .> highest), at: column)
  }
}

/// Up to four rows times a panel of sixteen columns, its rows `step` apart; rows beyond
/// `rows` repeat the last one.
@inline(__always)
func multiplyPanel(
  _ left: LeftOperand, rows: Int, depth: Int, panel: UnsafePointer<Float>, step: Int,
  into target: UnsafeMutablePointer<Float>, stride: Int, _ ends: PanelEnds
) {
  let second = min(1, rows &- 1)
  let third = min(2, rows &- 1)
  let fourth = min(3, rows &- 1)
  let row1 = second &* left.row
  let row2 = third &* left.row
  let row3 = fourth &* left.row
  let target1 = target + second &* stride
  let target2 = target + third &* stride
  let target3 = target + fourth &* stride
  var sum00 = ends.first(target, 0)
  var sum01 = ends.first(target, laneCount)
  var sum10 = ends.first(target1, 0)
  var sum11 = ends.first(target1, laneCount)
  var sum20 = ends.first(target2, 0)
  var sum21 = ends.first(target2, laneCount)
  var sum30 = ends.first(target3, 0)
  var sum31 = ends.first(target3, laneCount)
  var source = left.pointer
  var columns = panel
  let end = panel + step &* depth
  let inner = left.inner
  while columns < end {
    let low = columns.vector(at: 0)
    let high = columns.vector(at: laneCount)
    let factor0 = Vector(repeating: source[0])
    sum00 = sum00.addingProduct(factor0, low)
    sum01 = sum01.addingProduct(factor0, high)
    let factor1 = Vector(repeating: source[row1])
    sum10 = sum10.addingProduct(factor1, low)
    sum11 = sum11.addingProduct(factor1, high)
    let factor2 = Vector(repeating: source[row2])
    sum20 = sum20.addingProduct(factor2, low)
    sum21 = sum21.addingProduct(factor2, high)
    let factor3 = Vector(repeating: source[row3])
    sum30 = sum30.addingProduct(factor3, low)
    sum31 = sum31.addingProduct(factor3, high)
    source += inner
    columns += step
  }
  ends.store(sum00, target, 0)
  ends.store(sum01, target, laneCount)
  ends.store(sum10, target1, 0)
  ends.store(sum11, target1, laneCount)
  ends.store(sum20, target2, 0)
  ends.store(sum21, target2, laneCount)
  ends.store(sum30, target3, 0)
  ends.store(sum31, target3, laneCount)
}

/// As `multiplyPanel`, with up to six rows: twelve sums hide the latency of a multiplication with
/// addition, where eight only just do.
@inline(__always)
func multiplyTallPanel(
  _ left: LeftOperand, rows: Int, depth: Int, panel: UnsafePointer<Float>, step: Int,
  into target: UnsafeMutablePointer<Float>, stride: Int, _ ends: PanelEnds
) {
  // Also for six rows the compiler is not told which places these are: it would reach each from the
  // one before, and the chain of additions would take as long as the multiplications.
  let last = rows &- 1
  let row1 = min(1, last) &* left.row
  let row2 = min(2, last) &* left.row
  let row3 = min(3, last) &* left.row
  let row4 = min(4, last) &* left.row
  let row5 = min(5, last) &* left.row
  let target1 = target + min(1, last) &* stride
  let target2 = target + min(2, last) &* stride
  let target3 = target + min(3, last) &* stride
  let target4 = target + min(4, last) &* stride
  let target5 = target + min(5, last) &* stride
  var sum00 = ends.first(target, 0)
  var sum01 = ends.first(target, laneCount)
  var sum10 = ends.first(target1, 0)
  var sum11 = ends.first(target1, laneCount)
  var sum20 = ends.first(target2, 0)
  var sum21 = ends.first(target2, laneCount)
  var sum30 = ends.first(target3, 0)
  var sum31 = ends.first(target3, laneCount)
  var sum40 = ends.first(target4, 0)
  var sum41 = ends.first(target4, laneCount)
  var sum50 = ends.first(target5, 0)
  var sum51 = ends.first(target5, laneCount)
  var source = left.pointer
  var columns = panel
  let end = panel + step &* depth
  let inner = left.inner
  while columns < end {
    let low = columns.vector(at: 0)
    let high = columns.vector(at: laneCount)
    let factor0 = Vector(repeating: source[0])
    sum00 = sum00.addingProduct(factor0, low)
    sum01 = sum01.addingProduct(factor0, high)
    let factor1 = Vector(repeating: source[row1])
    sum10 = sum10.addingProduct(factor1, low)
    sum11 = sum11.addingProduct(factor1, high)
    let factor2 = Vector(repeating: source[row2])
    sum20 = sum20.addingProduct(factor2, low)
    sum21 = sum21.addingProduct(factor2, high)
    let factor3 = Vector(repeating: source[row3])
    sum30 = sum30.addingProduct(factor3, low)
    sum31 = sum31.addingProduct(factor3, high)
    let factor4 = Vector(repeating: source[row4])
    sum40 = sum40.addingProduct(factor4, low)
    sum41 = sum41.addingProduct(factor4, high)
    let factor5 = Vector(repeating: source[row5])
    sum50 = sum50.addingProduct(factor5, low)
    sum51 = sum51.addingProduct(factor5, high)
    source += inner
    columns += step
  }
  ends.store(sum00, target, 0)
  ends.store(sum01, target, laneCount)
  ends.store(sum10, target1, 0)
  ends.store(sum11, target1, laneCount)
  ends.store(sum20, target2, 0)
  ends.store(sum21, target2, laneCount)
  ends.store(sum30, target3, 0)
  ends.store(sum31, target3, laneCount)
  ends.store(sum40, target4, 0)
  ends.store(sum41, target4, laneCount)
  ends.store(sum50, target5, 0)
  ends.store(sum51, target5, laneCount)
}

/// Up to eight rows times a panel of eight columns, its rows `step` apart; rows beyond
/// `rows` repeat the last one.
@inline(__always)
func multiplyNarrowPanel(
  _ left: LeftOperand, rows: Int, depth: Int, panel: UnsafePointer<Float>, step: Int,
  into target: UnsafeMutablePointer<Float>, stride: Int, _ ends: PanelEnds
) {
  let last = rows &- 1
  let row1 = min(1, last) &* left.row
  let row2 = min(2, last) &* left.row
  let row3 = min(3, last) &* left.row
  let row4 = min(4, last) &* left.row
  let row5 = min(5, last) &* left.row
  let row6 = min(6, last) &* left.row
  let row7 = min(7, last) &* left.row
  var sum0 = ends.first(target, 0)
  var sum1 = ends.first(target + min(1, last) &* stride, 0)
  var sum2 = ends.first(target + min(2, last) &* stride, 0)
  var sum3 = ends.first(target + min(3, last) &* stride, 0)
  var sum4 = ends.first(target + min(4, last) &* stride, 0)
  var sum5 = ends.first(target + min(5, last) &* stride, 0)
  var sum6 = ends.first(target + min(6, last) &* stride, 0)
  var sum7 = ends.first(target + min(7, last) &* stride, 0)
  var source = left.pointer
  var columns = panel
  let end = panel + step &* depth
  let inner = left.inner
  while columns < end {
    let factor = columns.vector(at: 0)
    sum0 = sum0.addingProduct(Vector(repeating: source[0]), factor)
    sum1 = sum1.addingProduct(Vector(repeating: source[row1]), factor)
    sum2 = sum2.addingProduct(Vector(repeating: source[row2]), factor)
    sum3 = sum3.addingProduct(Vector(repeating: source[row3]), factor)
    sum4 = sum4.addingProduct(Vector(repeating: source[row4]), factor)
    sum5 = sum5.addingProduct(Vector(repeating: source[row5]), factor)
    sum6 = sum6.addingProduct(Vector(repeating: source[row6]), factor)
    sum7 = sum7.addingProduct(Vector(repeating: source[row7]), factor)
    source += inner
    columns += step
  }
  ends.store(sum0, target, 0)
  ends.store(sum1, target + min(1, last) &* stride, 0)
  ends.store(sum2, target + min(2, last) &* stride, 0)
  ends.store(sum3, target + min(3, last) &* stride, 0)
  ends.store(sum4, target + min(4, last) &* stride, 0)
  ends.store(sum5, target + min(5, last) &* stride, 0)
  ends.store(sum6, target + min(6, last) &* stride, 0)
  ends.store(sum7, target + min(7, last) &* stride, 0)
}
