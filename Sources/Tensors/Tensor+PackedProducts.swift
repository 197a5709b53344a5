extension Tensor {
  /// The matrix product `left · right`, with `bias` added to each row, through an
  /// activation.
  ///
  /// - Parameters:
  ///   - left: [rows, inner], or transposed [inner, rows].
  ///   - bias: [columns].
  /// - Returns: [rows, columns].
  public static func product(
    _ left: Tensor, _ leftOrientation: Orientation = .asStored, _ right: PackedMatrix,
    bias: Tensor? = nil, activation: Activation = .none, workers: Workers = .single
  ) -> Tensor {
    let rows = leftOrientation == .asStored ? left.rows : left.columns
    var result = Tensor(uninitializedShape: [rows, right.columns])
    result.setToProduct(
      left, leftOrientation, right, keeps: false, bias: bias, activation: activation,
      workers: workers)
    return result
  }

  /// Adds `left · right` to this matrix, or to some of its rows.
  public mutating func addProduct(
    _ left: Tensor, _ leftOrientation: Orientation = .asStored, _ right: PackedMatrix,
    toRows range: Range<Int>? = nil, workers: Workers = .single
  ) {
    setToProduct(
      left, leftOrientation, right, in: range, keeps: true, bias: nil, activation: .none,
      workers: workers)
  }

  private mutating func setToProduct(
    _ left: Tensor, _ leftOrientation: Orientation, _ right: PackedMatrix,
    in range: Range<Int>? = nil, keeps: Bool, bias: Tensor?, activation: Activation,
    workers: Workers
  ) {
    let rows = leftOrientation == .asStored ? left.rows : left.columns
    let inner = leftOrientation == .asStored ? left.columns : left.rows
    let columns = right.columns
    let range = range ?? 0..<self.rows
    precondition(
      inner == right.inner && range.count == rows && self.columns == columns
        && range.lowerBound >= 0 && range.upperBound <= self.rows
        && bias?.count ?? columns == columns,
      "product of [\(rows), \(inner)] and [\(right.inner), \(columns)] into rows \(range) of \(shape)"
    )
    precondition(inner > 0, "a product over no rows of a packed matrix")
    guard rows > 0, columns > 0 else { return }
    // The last panel reads its sums' beginnings beyond the last column.
    let start = bias.map { Self.padding($0, to: PackedMatrix.paddedColumns(columns)) }
    let stride = left.columns
    left.withPointer { leftPointer in
      right.panels.withPointer { panels in
        withMutablePointer { target in
          let operands = (
            left: SharedPointer(leftPointer), panels: SharedPointer(panels),
            target: SharedMutablePointer(target + range.lowerBound * columns)
          )
          let tileRows = packedTileRows(rows, workers)
          workers.forEach((rows + tileRows - 1) / tileRows) { tile in
            let first = tile * tileRows
            PanelProduct(
              left: LeftOperand(operands.left.pointer, leftOrientation, stride: stride)
                .advanced(rows: first, inner: 0),
              rows: min(tileRows, rows - first), inner: inner, columns: columns,
              target: operands.target.pointer + first * columns, stride: columns
            ).run(
              .packed(operands.panels.pointer), keeps: keeps, start: start, activation: activation)
          }
        }
      }
    }
  }

  private static func padding(_ row: Tensor, to width: Int) -> Tensor {
    guard row.count < width else { return row }
    return Tensor(row.elements + [Float](repeating: 0, count: width - row.count))
  }
}

/// Rows do not depend on each other, so where they are cut changes no bit; each worker gets a few
/// tiles, so that one does not wait long for another.
private func packedTileRows(_ rows: Int, _ workers: Workers) -> Int {
  workers.count == 1 ? rows : min(rows, max(8, (rows / (4 * workers.count) + 7) / 8 * 8))
}
