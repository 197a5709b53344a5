import TestSupport
import Testing

@testable import Tensors

@Suite struct PackedProductTests {
  /// Shapes with and without remainders of rows, panels and stretches of the inner extent.
  static let shapes = [
    (1, 1, 1), (4, 16, 8), (5, 36, 64), (96, 36, 256), (7, 64, 300), (13, 23, 513), (9, 40, 36),
    (3, 8, 17), (33, 257, 40), (60, 16, 5), (50, 48, 32), (8, 24, 31), (15, 55, 7), (22, 63, 40),
  ]

  private let tolerance = Tolerance(absolute: 1e-4)

  private func random(_ shape: [Int], _ seed: UInt64) -> Tensor {
    var generator = RandomGenerator(seed: seed)
    return generator.uniform(shape, bound: 1)
  }

  @Test(arguments: shapes) func agreesWithTheDefinition(rows: Int, columns: Int, inner: Int) {
    let left = random([rows, inner], 1)
    let right = random([inner, columns], 3)
    let expected = naiveProduct(left, right)
    for packed in [PackedMatrix(right), PackedMatrix(transposed(right), .transposed)] {
      assertClose(.product(left, .asStored, packed), expected, within: tolerance)
      assertClose(.product(transposed(left), .transposed, packed), expected, within: tolerance)
    }
  }

  @Test(arguments: shapes) func addsBiasAndActivates(rows: Int, columns: Int, inner: Int) {
    let left = random([rows, inner], 5)
    let right = random([inner, columns], 6)
    let bias = random([columns], 7)
    let sums = Tensor(repeatingRow: bias, rows: rows).adding(naiveProduct(left, right))
    for (activation, expected) in [
      (Activation.none, sums.elements), (.relu, sums.elements.map { max($0, 0) }),
      (.relu6, sums.elements.map { min(max($0, 0), 6) }),
    ] {
      assertClose(
        .product(left, .asStored, PackedMatrix(right), bias: bias, activation: activation),
        Tensor(expected, shape: sums.shape), within: tolerance)
    }
  }

  @Test(arguments: [Activation.none, .relu, .relu6])
  func whatIsNotANumberStaysThat(activation: Activation) {
    let left = Tensor([.nan, 1], shape: [2, 1])
    let result = Tensor.product(
      left, .asStored, PackedMatrix(Tensor([20, -20], shape: [1, 2])), activation: activation)
    #expect(result[0].isNaN && result[1].isNaN)
    #expect(result[2] == (activation == .relu6 ? 6 : 20))
    #expect(result[3] == (activation == .none ? -20 : 0))
  }

  @Test(arguments: shapes) func addsToWhatIsThere(rows: Int, columns: Int, inner: Int) {
    let left = random([rows, inner], 8)
    let right = random([inner, columns], 9)
    let before = random([rows, columns], 10)
    var computed = before
    computed.addProduct(left, .asStored, PackedMatrix(right))
    assertClose(computed, before.adding(naiveProduct(left, right)), within: tolerance)
  }

  @Test func theSameBitsWithAnyNumberOfWorkers() {
    let left = random([130, 300], 11)
    let right = PackedMatrix(random([300, 44], 12))
    let one = Tensor.product(left, .asStored, right)
    let four = Tensor.product(left, .asStored, right, workers: Workers(4))
    #expect(one.elements == four.elements)
  }
}
