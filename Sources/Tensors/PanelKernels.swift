/// The innermost loop of products with a `PackedMatrix`: a few rows of the left operand times one
/// full panel of the right one, all sums in registers.

/// Number of columns of a full panel: two vectors.
let panelWidth = 2 * laneCount

/// Rows of the tall kernel. Two times six sums are what AVX2's sixteen registers hold without
/// spilling. AVX-512's thirty-two hold more, but hide a multiplication's latency with as few: seven
/// divide the maps of the image networks, and eight to fourteen measured no faster.
let tallPanelHeight = laneCount == 8 ? 6 : 7

/// Up to `height` rows times a full panel, its rows `step` apart; rows beyond `rows` repeat the last
/// one.
///
/// - Parameter height: 4, 6 or 7, known at compile time.
@inline(__always)
func multiplyPanel(
  height: Int, _ left: LeftOperand, rows: Int, depth: Int, panel: UnsafePointer<Float>, step: Int,
  into target: UnsafeMutablePointer<Float>, stride: Int, _ ends: PanelEnds
) {
  var row0 = PanelRow(0, of: rows, left, target, stride, ends)
  var row1 = PanelRow(1, of: rows, left, target, stride, ends)
  var row2 = PanelRow(2, of: rows, left, target, stride, ends)
  var row3 = PanelRow(3, of: rows, left, target, stride, ends)
  var row4 = PanelRow(4, of: rows, left, target, stride, ends)
  var row5 = PanelRow(5, of: rows, left, target, stride, ends)
  var row6 = PanelRow(6, of: rows, left, target, stride, ends)
  var source = left.pointer
  var columns = panel
  let end = panel + step &* depth
  let inner = left.inner
  while columns < end {
    let low = columns.vector(at: 0)
    let high = columns.vector(at: laneCount)
    row0.add(source, low, high)
    row1.add(source, low, high)
    row2.add(source, low, high)
    row3.add(source, low, high)
    if height > 4 {
      row4.add(source, low, high)
      row5.add(source, low, high)
    }
    if height > 6 {
      row6.add(source, low, high)
    }
    source += inner
    columns += step
  }
  row0.store(ends)
  row1.store(ends)
  row2.store(ends)
  row3.store(ends)
  if height > 4 {
    row4.store(ends)
    row5.store(ends)
  }
  if height > 6 {
    row6.store(ends)
  }
}

/// One row's sums with a full panel.
private struct PanelRow {
  private let target: UnsafeMutablePointer<Float>
  /// From the first row of the left operand to this one.
  private let offset: Int
  private var low: Vector
  private var high: Vector

  /// Row `index` of the product, or the last one. Also where all rows are there the compiler is not
  /// told which places these are: it would reach each from the one before, and the chain of
  /// additions would take as long as the multiplications.
  @inline(__always)
  init(
    _ index: Int, of rows: Int, _ left: LeftOperand, _ target: UnsafeMutablePointer<Float>,
    _ stride: Int, _ ends: PanelEnds
  ) {
    let row = min(index, rows &- 1)
    offset = row &* left.row
    self.target = target + row &* stride
    low = ends.first(self.target, 0)
    high = ends.first(self.target, laneCount)
  }

  @inline(__always)
  mutating func add(_ source: UnsafePointer<Float>, _ lowColumns: Vector, _ highColumns: Vector) {
    let factor = Vector(repeating: source[offset])
    low = low.addingProduct(factor, lowColumns)
    high = high.addingProduct(factor, highColumns)
  }

  @inline(__always)
  func store(_ ends: PanelEnds) {
    ends.store(low, target, 0)
    ends.store(high, target, laneCount)
  }
}
