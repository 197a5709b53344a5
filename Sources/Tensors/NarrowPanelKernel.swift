/// Up to eight rows times a panel as wide as one vector, its rows `step` apart; rows beyond
/// `rows` repeat the last one.
@inline(__always)
func multiplyNarrowPanel<Lanes: FloatLanes>(
  of lanes: Lanes.Type, _ left: LeftOperand, rows: Int, depth: Int, panel: UnsafePointer<Float>,
  step: Int,
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
  var sum0: Lanes = ends.first(target, 0)
  var sum1: Lanes = ends.first(target + min(1, last) &* stride, 0)
  var sum2: Lanes = ends.first(target + min(2, last) &* stride, 0)
  var sum3: Lanes = ends.first(target + min(3, last) &* stride, 0)
  var sum4: Lanes = ends.first(target + min(4, last) &* stride, 0)
  var sum5: Lanes = ends.first(target + min(5, last) &* stride, 0)
  var sum6: Lanes = ends.first(target + min(6, last) &* stride, 0)
  var sum7: Lanes = ends.first(target + min(7, last) &* stride, 0)
  var source = left.pointer
  var columns = panel
  let end = panel + step &* depth
  let inner = left.inner
  while columns < end {
    let factor = columns.lanes(at: 0) as Lanes
    sum0 = sum0.addingProduct(Lanes(repeating: source[0]), factor)
    sum1 = sum1.addingProduct(Lanes(repeating: source[row1]), factor)
    sum2 = sum2.addingProduct(Lanes(repeating: source[row2]), factor)
    sum3 = sum3.addingProduct(Lanes(repeating: source[row3]), factor)
    sum4 = sum4.addingProduct(Lanes(repeating: source[row4]), factor)
    sum5 = sum5.addingProduct(Lanes(repeating: source[row5]), factor)
    sum6 = sum6.addingProduct(Lanes(repeating: source[row6]), factor)
    sum7 = sum7.addingProduct(Lanes(repeating: source[row7]), factor)
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
