import TestSupport
import Testing

@testable import Tensors

@Suite struct PackedProductTests {
  /// Shapes with and without remainders of rows, panels and stretches of the inner extent.
  static let shapes = [
    (1, 1, 1), (4, 16, 8), (5, 36, 64), (96, 36, 256), (7, 64, 300), (13, 23, 513), (9, 40, 36),
    (3, 8, 17), (33, 257, 40), (60, 16, 5), (50, 48, 32),
  ]

  private let tolerance = Tolerance(absolute: 1e-4)

  private func random(_ shape: [Int], _ seed: UInt64) -> Tensor {
    var generator = RandomGenerator(seed: seed)
    return generator.uniform(shape, bound: 1)
  }

  @Test(arguments: shapes) func agreesWithBLAS(rows: Int, columns: Int, inner: Int) {
    let left = random([rows, inner], 1)
    let leftTransposed = random([inner, rows], 2)
    let right = random([inner, columns], 3)
    let rightTransposed = random([columns, inner], 4)
    for (right, orientation) in [(right, Orientation.asStored), (rightTransposed, .transposed)] {
      let packed = PackedMatrix(right, orientation)
      assertClose(
        .product(left, .asStored, packed), .product(left, .asStored, right, orientation),
        within: tolerance)
      assertClose(
        .product(leftTransposed, .transposed, packed),
        .product(leftTransposed, .transposed, right, orientation), within: tolerance)
    }
  }

  @Test(arguments: shapes) func addsBiasAndRectifies(rows: Int, columns: Int, inner: Int) {
    let left = random([rows, inner], 5)
    let right = random([inner, columns], 6)
    let bias = random([columns], 7)
    var expected = Tensor(repeatingRow: bias, rows: rows)
    expected.addProduct(left, .asStored, right)
    assertClose(
      .product(left, .asStored, PackedMatrix(right), bias: bias), expected, within: tolerance)
    expected.rectify()
    assertClose(
      .product(left, .asStored, PackedMatrix(right), bias: bias, rectified: true), expected,
      within: tolerance)
  }

  @Test(arguments: shapes) func addsToWhatIsThere(rows: Int, columns: Int, inner: Int) {
    let left = random([rows, inner], 8)
    let right = random([inner, columns], 9)
    var expected = random([rows, columns], 10)
    var computed = expected
    expected.addProduct(left, .asStored, right)
    computed.addProduct(left, .asStored, PackedMatrix(right))
    assertClose(computed, expected, within: tolerance)
  }

  @Test func theSameBitsWithAnyNumberOfWorkers() {
    let left = random([130, 300], 11)
    let right = PackedMatrix(random([300, 44], 12))
    let one = Tensor.product(left, .asStored, right)
    let four = Tensor.product(left, .asStored, right, workers: Workers(4))
    #expect(one.elements == four.elements)
  }
}
