import TestSupport
import Tensors
import Testing

@Suite struct ProductTests {
  /// For each kernel: own panels, row dots, BLAS (without AVX-512 more than 2²⁵ multiplications), and
  /// each way of cutting the result.
  static let shapes = [
    (1, 1, 1), (3, 5, 2), (300, 17, 40), (513, 64, 9), (90, 40, 700), (40, 300, 500),
    (330, 340, 310), (70, 900, 620),
  ]

  @Test(arguments: shapes)
  func allOrientationsAgreeWithTheDefinition(_ rows: Int, _ inner: Int, _ columns: Int) {
    var generator = RandomGenerator(seed: 5)
    let left = generator.uniform([rows, inner], bound: 1)
    let right = generator.uniform([inner, columns], bound: 1)
    let expected = naiveProduct(left, right)
    let tolerance = Tolerance(absolute: 1e-4)
    assertClose(.product(left, .asStored, right), expected, within: tolerance)
    assertClose(.product(transposed(left), .transposed, right), expected, within: tolerance)
    assertClose(
      .product(left, .asStored, transposed(right), .transposed), expected, within: tolerance)
    assertClose(
      .product(transposed(left), .transposed, transposed(right), .transposed), expected,
      within: tolerance)
  }

  @Test(arguments: shapes)
  func bitsDoNotDependOnTheNumberOfWorkers(_ rows: Int, _ inner: Int, _ columns: Int) {
    var generator = RandomGenerator(seed: 6)
    let left = generator.uniform([rows, inner], bound: 1)
    let right = generator.uniform([inner, columns], bound: 1)
    for (left, leftOrientation) in [(left, Orientation.asStored), (transposed(left), .transposed)] {
      for (right, orientation) in [
        (right, Orientation.asStored), (transposed(right), .transposed),
      ] {
        let single = Tensor.product(left, leftOrientation, right, orientation).elements
        for count in [2, 3, 7] {
          #expect(
            Tensor.product(
              left, leftOrientation, right, orientation, workers: Workers(count)
            ).elements == single)
        }
      }
    }
  }

  @Test func addProductAdds() {
    var sum = Tensor(repeating: 10, shape: [2, 2])
    let identity = Tensor([1, 0, 0, 1], shape: [2, 2])
    sum.addProduct(identity, .asStored, identity, scale: 3)
    #expect(sum.elements == [13, 10, 10, 13])
  }
}
