/// How the result of a product is cut into tiles, each computed by one thread with one BLAS thread:
/// the bits then do not depend on the number of workers, only on the shape.
///
/// Each tile packs anew the operand that is not cut, so the longer extent of the result is cut: into
/// a multiple of four tiles, so that a few workers end together, of at most 320 rows or columns,
/// and of at least 32, below which packing is what a tile spends its time on.
struct ProductTiles {
  /// Number of tiles.
  let count: Int
  private let rows: Int
  private let columns: Int
  private let cutsColumns: Bool
  private let tileLength: Int

  private static let longest = 320
  private static let shortest = 32
  /// A product with no more multiplications is not worth a second thread.
  private static let smallWork = 1 << 20

  /// - Parameter keepsRowsWhole: whether the kernel can only write whole rows.
  init(rows: Int, columns: Int, inner: Int, keepsRowsWhole: Bool) {
    self.rows = rows
    self.columns = columns
    cutsColumns = columns > rows && !keepsRowsWhole
    let length = cutsColumns ? columns : rows
    if rows * columns * inner <= Self.smallWork {
      tileLength = length
    } else {
      let tiles = Self.roundingUp(Self.dividing(length, by: Self.longest), to: 4)
      tileLength = max(
        Self.shortest, Self.roundingUp(Self.dividing(length, by: tiles), to: panelWidth))
    }
    count = Self.dividing(length, by: tileLength)
  }

  /// The rows and the columns of the result that a tile covers.
  subscript(tile: Int) -> (rows: Range<Int>, columns: Range<Int>) {
    let first = tile * tileLength
    return cutsColumns
      ? (0..<rows, first..<min(first + tileLength, columns))
      : (first..<min(first + tileLength, rows), 0..<columns)
  }

  private static func dividing(_ number: Int, by divisor: Int) -> Int {
    (number + divisor - 1) / divisor
  }

  private static func roundingUp(_ number: Int, to multiple: Int) -> Int {
    dividing(number, by: multiple) * multiple
  }
}
