/// Sums are formed over stretches of this many rows of the right operand, so that a stretch of a
/// panel stays in the first cache.
private let depthBlock = 256

/// A matrix with no more rows than this is read where it lies: its panels' rows, a matrix's row
/// apart, do not yet push each other out of the first cache.
private let unpackedRows = 32

/// Some rows of a product, panel by panel of the right operand.
struct PanelProduct {
  let left: LeftOperand
  let rows: Int
  let inner: Int
  let columns: Int
  /// Where the first row of the result lies.
  let target: UnsafeMutablePointer<Float>
  /// From one row of the result to the next.
  let stride: Int

  /// The right operand: packed before, or to be packed panel by panel.
  enum Right {
    case packed(UnsafePointer<Float>)
    case matrix(UnsafePointer<Float>, Orientation, stride: Int)
  }

  /// - Parameters:
  ///   - keeps: adds to what the result holds.
  ///   - start: otherwise what the sums begin with: as many as the padded columns.
  func run(
    _ right: Right, keeps: Bool, start: Tensor? = nil, activation: Activation = .none
  ) {
    let packedCount =
      switch right {
      case .packed: 0
      case .matrix(_, let orientation, _):
        readsInPlace(orientation) && columns.isMultiple(of: panelWidth)
          ? 0 : min(inner, depthBlock) * panelWidth
      }
    let edgeCount = max(8, tallPanelHeight) * panelWidth
    withUnsafeTemporaryAllocation(of: Float.self, capacity: edgeCount + packedCount) { scratch in
      guard let edge = scratch.baseAddress else { return }
      var depth = 0
      while depth < inner {
        let length = min(depthBlock, inner - depth)
        var column = 0
        while column < columns {
          let width = PackedMatrix.panelWidth(at: column, of: columns)
          let panel: UnsafePointer<Float>
          var step = width
          switch right {
          case .packed(let panels): panel = panels + column * inner + depth * width
          case .matrix(let source, let orientation, let stride)
          where readsInPlace(orientation) && columns - column >= width:
            panel = source + depth * stride + column
            step = stride
          case .matrix(let source, let orientation, let stride):
            packPanel(
              source, orientation, stride: stride, rows: depth..<depth + length, from: column,
              count: min(width, columns - column), width: width, into: edge + edgeCount)
            panel = UnsafePointer(edge + edgeCount)
          }
          let stretch = Stretch(
            left: left.advanced(rows: 0, inner: depth), depth: length, panel: panel, step: step,
            width: width, column: column, edge: edge)
          let isLast = depth + length == inner
          if depth == 0, let start {
            start.withPointer {
              run(
                stretch,
                PanelEnds(
                  keeps: keeps, start: $0 + column, activation: isLast ? activation : .none))
            }
          } else {
            run(
              stretch,
              PanelEnds(
                keeps: keeps || depth > 0, start: nil, activation: isLast ? activation : .none))
          }
          column += width
        }
        depth += length
      }
    }
  }

  private func readsInPlace(_ orientation: Orientation) -> Bool {
    orientation == .asStored && inner <= unpackedRows
  }

  /// A stretch of a panel and what is multiplied with it.
  private struct Stretch {
    let left: LeftOperand
    let depth: Int
    let panel: UnsafePointer<Float>
    /// From one of the panel's rows to the next.
    let step: Int
    let width: Int
    let column: Int
    /// Room for the sums of a block of rows.
    let edge: UnsafeMutablePointer<Float>
  }

  private func run(_ stretch: Stretch, _ ends: PanelEnds) {
    let valid = min(stretch.width, columns - stretch.column)
    var row = 0
    while row < rows {
      let count = min(rows - row, stretch.width == panelWidth ? Self.height(rows - row) : 8)
      let left = stretch.left.advanced(rows: row, inner: 0)
      let place = target + row * stride + stretch.column
      if valid == stretch.width {
        multiply(left, count, stretch, into: place, stride: stride, ends)
      } else {
        // Beyond the last column lies the next row: these sums are formed aside.
        if ends.keeps {
          copy(place, stride, to: stretch.edge, stretch.width, rows: count, columns: valid)
        }
        multiply(left, count, stretch, into: stretch.edge, stride: stretch.width, ends)
        copy(stretch.edge, stretch.width, to: place, stride, rows: count, columns: valid)
      }
      row += count
    }
  }

  /// Rows of a full panel that are multiplied next.
  @inline(__always)
  private static func height(_ remaining: Int) -> Int {
    // Up to eight rows are two times four: a tall block and one or two rows would cost as much as
    // ten or eleven.
    remaining <= 4 || (remaining > tallPanelHeight && remaining <= 8) ? 4 : tallPanelHeight
  }

  private func multiply(
    _ left: LeftOperand, _ rows: Int, _ stretch: Stretch,
    into target: UnsafeMutablePointer<Float>, stride: Int, _ ends: PanelEnds
  ) {
    let (depth, panel, step) = (stretch.depth, stretch.panel, stretch.step)
    switch stretch.width {
    case panelWidth where rows > 4:
      multiplyPanel(
        height: tallPanelHeight, left, rows: rows, depth: depth, panel: panel, step: step,
        into: target, stride: stride, ends)
    case panelWidth:
      multiplyPanel(
        height: 4, left, rows: rows, depth: depth, panel: panel, step: step, into: target,
        stride: stride, ends)
    case laneCount:
      multiplyNarrowPanel(
        of: Vector.self, left, rows: rows, depth: depth, panel: panel, step: step, into: target,
        stride: stride, ends)
    default:
      multiplyNarrowPanel(
        of: SIMD8<Float>.self, left, rows: rows, depth: depth, panel: panel, step: step,
        into: target, stride: stride, ends)
    }
  }

  @inline(__always)
  private func copy(
    _ source: UnsafeMutablePointer<Float>, _ sourceStride: Int,
    to target: UnsafeMutablePointer<Float>, _ targetStride: Int, rows: Int, columns: Int
  ) {
    for row in 0..<rows {
      for column in 0..<columns {
        target[row * targetStride + column] = source[row * sourceStride + column]
      }
    }
  }
}
