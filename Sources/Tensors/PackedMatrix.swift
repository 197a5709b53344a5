/// A matrix laid out for being the right operand of many products: panels of two vectors' columns, each
/// with its rows one after the other, so that a product reads it front to back.
///
/// Weights that meet tile after tile are packed once a batch. BLAS would pack them for each tile
/// anew, and both operands of it, which for a few dozen rows costs as much as multiplying.
public struct PackedMatrix: Sendable {
  /// Number of rows: the extent that a product sums over.
  public let inner: Int
  /// Number of columns of the product.
  public let columns: Int
  /// Panel after panel; the last ones may be narrower. Missing columns are zero.
  let panels: Tensor

  /// - Parameters:
  ///   - matrix: [inner, columns], or transposed [columns, inner].
  ///   - orientation: how the matrix is to be read.
  public init(_ matrix: Tensor, _ orientation: Orientation = .asStored) {
    let inner = orientation == .asStored ? matrix.rows : matrix.columns
    let columns = orientation == .asStored ? matrix.columns : matrix.rows
    self.inner = inner
    self.columns = columns
    var panels = Tensor(uninitializedShape: [inner, Self.paddedColumns(columns)])
    matrix.withPointer { source in
      panels.withMutablePointer { target in
        var column = 0
        while column < columns {
          let width = Self.panelWidth(at: column, of: columns)
          packPanel(
            source, orientation, stride: matrix.columns, rows: 0..<inner, from: column,
            count: min(width, columns - column), width: width, into: target + column * inner)
          column += width
        }
      }
    }
    self.panels = panels
  }

  /// The width of the panel that begins at a column: full, of one vector, or of eight columns.
  @inline(__always)
  static func panelWidth(at column: Int, of columns: Int) -> Int {
    let remaining = columns - column
    if remaining <= narrowest { return narrowest }
    // Between one and two vectors, one and a narrower panel leave fewer columns empty.
    return remaining <= Tensors.panelWidth - narrowest ? laneCount : Tensors.panelWidth
  }

  /// Number of columns with those that only fill the last panel: a multiple of eight.
  static func paddedColumns(_ columns: Int) -> Int {
    (columns + narrowest - 1) / narrowest * narrowest
  }

  private static let narrowest = 8
}

/// Lays out one panel: `rows` of a matrix, `count` columns from `column` on, filled up to `width`.
@inline(__always)
func packPanel(
  _ source: UnsafePointer<Float>, _ orientation: Orientation, stride: Int, rows: Range<Int>,
  from column: Int, count: Int, width: Int, into target: UnsafeMutablePointer<Float>
) {
  switch orientation {
  case .asStored:
    for (line, row) in rows.enumerated() {
      let line = target + line * width
      let values = source + row * stride + column
      if count == Tensors.panelWidth {
        line.store(values.vector(at: 0), at: 0)
        line.store(values.vector(at: laneCount), at: laneCount)
      } else {
        for index in 0..<count { line[index] = values[index] }
        for index in count..<width { line[index] = 0 }
      }
    }
  case .transposed:
    for index in 0..<count {
      let values = source + (column + index) * stride
      for (line, row) in rows.enumerated() { target[line * width + index] = values[row] }
    }
    for index in count..<width {
      for line in 0..<rows.count { target[line * width + index] = 0 }
    }
  }
}
