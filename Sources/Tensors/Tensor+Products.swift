import COpenBLAS

/// Whether an operand of a product is used as it is or transposed.
public enum Orientation: Sendable {
  case asStored
  case transposed

  var flag: CBLAS_TRANSPOSE { self == .asStored ? CblasNoTrans : CblasTrans }
}

/// Products are cut into tiles of rows of the result, each computed by one thread with one BLAS
/// thread: the bits then do not depend on the number of workers, only on the shape.
///
/// A tall result is cut every 256 rows; a low one into four, while a tile keeps 32 rows, below
/// which BLAS spends its time on packing the other operand.
private func tileRows(_ rows: Int) -> Int {
  min(256, max(32, (rows / 4 + 31) / 32 * 32))
}

/// What computes a product, decided by its shape alone.
///
/// Own panels pay where BLAS would spend much of its time on packing both operands and on clearing
/// the result: measured on AVX2 for operands of a few dozen to a few hundred rows, 1.1 to 1.5 times
/// BLAS. Large products are BLAS's.
private enum ProductKernel {
  case panels
  case rowDots
  case blas

  init(
    rows: Int, columns: Int, inner: Int, _ left: Orientation, _ right: Orientation, scale: Float
  ) {
    guard scale == 1 else { self = .blas; return }
    let work = rows * columns * inner
    switch (left, right) {
    case (_, .asStored): self = work <= 1 << 25 ? .panels : .blas
    case (.asStored, .transposed) where rows <= 48 || columns < 8: self = .rowDots
    case (_, .transposed): self = rows >= 128 && work <= 1 << 23 ? .panels : .blas
    }
  }
}

/// OpenBLAS's own threads are switched off once, before the first product.
let singleThreadedBLAS: Void = openblas_set_num_threads(1)

/// What OpenBLAS computes with, such as `Haswell` or `SkylakeX`; part of a benchmark's context.
public var blasKernelName: String { String(cString: openblas_get_corename()) }

extension Tensor {
  /// The matrix product `left · right`, each seen as a matrix and transposed where asked.
  ///
  /// - Returns: [rows of left, columns of right].
  public static func product(
    _ left: Tensor, _ leftOrientation: Orientation,
    _ right: Tensor, _ rightOrientation: Orientation = .asStored,
    workers: Workers = .single
  ) -> Tensor {
    let rows = leftOrientation == .asStored ? left.rows : left.columns
    let columns = rightOrientation == .asStored ? right.columns : right.rows
    var result = Tensor(uninitializedShape: [rows, columns])
    result.setToProduct(
      left, leftOrientation, right, rightOrientation, scale: 1, keeping: 0, workers: workers)
    return result
  }

  /// Adds `scale · left · right` to this matrix, or to some of its rows.
  public mutating func addProduct(
    _ left: Tensor, _ leftOrientation: Orientation,
    _ right: Tensor, _ rightOrientation: Orientation = .asStored,
    toRows range: Range<Int>? = nil, scale: Float = 1, workers: Workers = .single
  ) {
    setToProduct(
      left, leftOrientation, right, rightOrientation, in: range, scale: scale, keeping: 1,
      workers: workers)
  }

  private mutating func setToProduct(
    _ left: Tensor, _ leftOrientation: Orientation,
    _ right: Tensor, _ rightOrientation: Orientation,
    in range: Range<Int>? = nil, scale: Float, keeping: Float, workers: Workers
  ) {
    let rows = leftOrientation == .asStored ? left.rows : left.columns
    let inner = leftOrientation == .asStored ? left.columns : left.rows
    let columns = rightOrientation == .asStored ? right.columns : right.rows
    let rightInner = rightOrientation == .asStored ? right.rows : right.columns
    let range = range ?? 0..<self.rows
    precondition(
      inner == rightInner && range.count == rows && self.columns == columns
        && range.lowerBound >= 0 && range.upperBound <= self.rows,
      "product of [\(rows), \(inner)] and [\(rightInner), \(columns)] into rows \(range) of \(shape)"
    )
    guard rows > 0, columns > 0 else { return }
    guard inner > 0 else {
      if keeping == 0 { fill(with: 0) }
      return
    }
    _ = singleThreadedBLAS
    let kernel = ProductKernel(
      rows: rows, columns: columns, inner: inner, leftOrientation, rightOrientation, scale: scale)
    let strides = (left: left.columns, right: right.columns)
    left.withPointer { leftPointer in
      right.withPointer { rightPointer in
        withMutablePointer { resultPointer in
          let operands = (
            left: SharedPointer(leftPointer), right: SharedPointer(rightPointer),
            result: SharedMutablePointer(resultPointer + range.lowerBound * columns)
          )
          let tileRows = tileRows(rows)
          let tiles = (rows + tileRows - 1) / tileRows
          workers.forEach(tiles) { tile in
            let first = tile * tileRows
            let height = min(tileRows, rows - first)
            let left =
              leftOrientation == .asStored
              ? operands.left.pointer + first * inner : operands.left.pointer + first
            let result = operands.result.pointer + first * columns
            switch kernel {
            case .panels:
              PanelProduct(
                left: LeftOperand(left, leftOrientation, stride: strides.left), rows: height,
                inner: inner, columns: columns, target: result
              ).run(
                .matrix(operands.right.pointer, rightOrientation, stride: strides.right),
                keeps: keeping != 0)
            case .rowDots:
              smallProductTransposed(
                left, operands.right.pointer, into: result, rows: height, columns: columns,
                width: inner, keeps: keeping != 0)
            case .blas:
              cblas_sgemm(
                CblasRowMajor, leftOrientation.flag, rightOrientation.flag,
                blasint(height), blasint(columns), blasint(inner), scale,
                left, blasint(strides.left), operands.right.pointer, blasint(strides.right),
                keeping, result, blasint(columns))
            }
          }
        }
      }
    }
  }
}

/// Lets a kernel's tiles, which touch disjoint ranges, cross into other threads.
struct SharedPointer<Pointee>: @unchecked Sendable {
  let pointer: UnsafePointer<Pointee>
  init(_ pointer: UnsafePointer<Pointee>) { self.pointer = pointer }
}

/// `SharedPointer` for results.
struct SharedMutablePointer<Pointee>: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<Pointee>
  init(_ pointer: UnsafeMutablePointer<Pointee>) { self.pointer = pointer }
}
