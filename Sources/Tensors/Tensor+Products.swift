import COpenBLAS

/// Whether an operand of a product is used as it is or transposed.
public enum Orientation: Sendable {
  case asStored
  case transposed

  var flag: CBLAS_TRANSPOSE { self == .asStored ? CblasNoTrans : CblasTrans }
}

/// What computes a product, decided by its shape alone.
///
/// Own panels pay where BLAS would spend much of its time on packing both operands and on clearing
/// the result: measured on AVX2 for operands of a few dozen to a few hundred rows, 1.1 to 1.5 times
/// BLAS. Large products are BLAS's there. With AVX-512 panels are the faster for all shapes measured:
/// an OpenBLAS older than the processor takes it for one with AVX2.
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
    case (.asStored, .transposed) where rows <= 48 || columns < 8: self = .rowDots
    case _ where laneCount == 16: self = .panels
    case (_, .asStored): self = work <= 1 << 25 ? .panels : .blas
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
    let tiles = ProductTiles(
      rows: rows, columns: columns, inner: inner, keepsRowsWhole: kernel == .rowDots)
    let strides = (left: left.columns, right: right.columns)
    let stride = columns
    left.withPointer { leftPointer in
      right.withPointer { rightPointer in
        withMutablePointer { resultPointer in
          let operands = (
            left: SharedPointer(leftPointer), right: SharedPointer(rightPointer),
            result: SharedMutablePointer(resultPointer + range.lowerBound * columns)
          )
          workers.forEach(tiles.count) { tile in
            let (rows, columns) = tiles[tile]
            let left =
              leftOrientation == .asStored
              ? operands.left.pointer + rows.lowerBound * inner
              : operands.left.pointer + rows.lowerBound
            let right =
              rightOrientation == .asStored
              ? operands.right.pointer + columns.lowerBound
              : operands.right.pointer + columns.lowerBound * inner
            let result = operands.result.pointer + rows.lowerBound * stride + columns.lowerBound
            switch kernel {
            case .panels:
              PanelProduct(
                left: LeftOperand(left, leftOrientation, stride: strides.left), rows: rows.count,
                inner: inner, columns: columns.count, target: result, stride: stride
              ).run(
                .matrix(right, rightOrientation, stride: strides.right), keeps: keeping != 0)
            case .rowDots:
              smallProductTransposed(
                left, right, into: result, rows: rows.count, columns: columns.count, width: inner,
                keeps: keeping != 0)
            case .blas:
              cblas_sgemm(
                CblasRowMajor, leftOrientation.flag, rightOrientation.flag,
                blasint(rows.count), blasint(columns.count), blasint(inner), scale,
                left, blasint(strides.left), right, blasint(strides.right),
                keeping, result, blasint(stride))
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
