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
  private let lowest: Float
  private let highest: Float

  init(keeps: Bool, start: UnsafePointer<Float>?, activation: Activation) {
    self.keeps = keeps
    self.start = start
    lowest = activation == .none ? -.infinity : 0
    highest = activation == .relu6 ? 6 : .infinity
  }

  @inline(__always)
  func first<Lanes: FloatLanes>(_ target: UnsafeMutablePointer<Float>, _ column: Int) -> Lanes {
    if keeps { return target.lanes(at: column) }
    return start?.lanes(at: column) ?? .zero
  }

  @inline(__always)
  func store<Lanes: FloatLanes>(
    _ sum: Lanes, _ target: UnsafeMutablePointer<Float>, _ column: Int
  ) {
    target.store(sum.bounded(from: lowest, to: highest), at: column)
  }
}
