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

  /// Adds `scale · left · right` to this matrix.
  public mutating func addProduct(
    _ left: Tensor, _ leftOrientation: Orientation,
    _ right: Tensor, _ rightOrientation: Orientation = .asStored,
    scale: Float = 1, workers: Workers = .single
  ) {
    setToProduct(
      left, leftOrientation, right, rightOrientation, scale: scale, keeping: 1, workers: workers)
  }

  private mutating func setToProduct(
    _ left: Tensor, _ leftOrientation: Orientation,
    _ right: Tensor, _ rightOrientation: Orientation,
    scale: Float, keeping: Float, workers: Workers
  ) {
    let rows = leftOrientation == .asStored ? left.rows : left.columns
    let inner = leftOrientation == .asStored ? left.columns : left.rows
    let columns = rightOrientation == .asStored ? right.columns : right.rows
    let rightInner = rightOrientation == .asStored ? right.rows : right.columns
    precondition(
      inner == rightInner && self.rows == rows && self.columns == columns,
      "product of [\(rows), \(inner)] and [\(rightInner), \(columns)] into \(shape)")
    guard rows > 0, columns > 0 else { return }
    guard inner > 0 else {
      if keeping == 0 { fill(with: 0) }
      return
    }
    _ = singleThreadedBLAS
    left.withPointer { leftPointer in
      right.withPointer { rightPointer in
        withMutablePointer { resultPointer in
          let operands = (
            left: SharedPointer(leftPointer), right: SharedPointer(rightPointer),
            result: SharedMutablePointer(resultPointer)
          )
          let tileRows = tileRows(rows)
          let tiles = (rows + tileRows - 1) / tileRows
          workers.forEach(tiles) { tile in
            let first = tile * tileRows
            let height = min(tileRows, rows - first)
            let leftStart =
              leftOrientation == .asStored
              ? operands.left.pointer + first * inner : operands.left.pointer + first
            cblas_sgemm(
              CblasRowMajor, leftOrientation.flag, rightOrientation.flag,
              blasint(height), blasint(columns), blasint(inner), scale,
              leftStart, blasint(left.columns), operands.right.pointer, blasint(right.columns),
              keeping, operands.result.pointer + first * columns, blasint(columns))
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
