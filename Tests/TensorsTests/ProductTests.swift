import TestSupport
import Tensors
import Testing

@Suite struct ProductTests {
  private func naive(_ left: Tensor, _ right: Tensor) -> Tensor {
    var elements: [Float] = []
    for row in 0..<left.rows {
      for column in 0..<right.columns {
        var sum = 0.0
        for inner in 0..<left.columns {
          sum += Double(left[row, inner]) * Double(right[inner, column])
        }
        elements.append(Float(sum))
      }
    }
    return Tensor(elements, shape: [left.rows, right.columns])
  }

  private func transposed(_ tensor: Tensor) -> Tensor {
    var elements: [Float] = []
    for column in 0..<tensor.columns {
      for row in 0..<tensor.rows { elements.append(tensor[row, column]) }
    }
    return Tensor(elements, shape: [tensor.columns, tensor.rows])
  }

  @Test(arguments: [(1, 1, 1), (3, 5, 2), (300, 17, 40), (513, 64, 9), (90, 40, 700)])
  func allOrientationsAgreeWithTheDefinition(_ rows: Int, _ inner: Int, _ columns: Int) {
    var generator = RandomGenerator(seed: 5)
    let left = generator.uniform([rows, inner], bound: 1)
    let right = generator.uniform([inner, columns], bound: 1)
    let expected = naive(left, right)
    let tolerance = Tolerance(absolute: 1e-4)
    assertClose(.product(left, .asStored, right), expected, within: tolerance)
    assertClose(.product(transposed(left), .transposed, right), expected, within: tolerance)
    assertClose(
      .product(left, .asStored, transposed(right), .transposed), expected, within: tolerance)
    assertClose(
      .product(transposed(left), .transposed, transposed(right), .transposed), expected,
      within: tolerance)
  }

  @Test func bitsDoNotDependOnTheNumberOfWorkers() {
    var generator = RandomGenerator(seed: 6)
    let left = generator.uniform([1000, 70], bound: 1)
    let right = generator.uniform([70, 33], bound: 1)
    let single = Tensor.product(left, .asStored, right)
    for count in [2, 3, 7] {
      #expect(
        Tensor.product(left, .asStored, right, workers: Workers(count)).elements
          == single.elements)
    }
  }

  @Test func addProductAdds() {
    var sum = Tensor(repeating: 10, shape: [2, 2])
    let identity = Tensor([1, 0, 0, 1], shape: [2, 2])
    sum.addProduct(identity, .asStored, identity, scale: 3)
    #expect(sum.elements == [13, 10, 10, 13])
  }
}
