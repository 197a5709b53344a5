import Models
import TestSupport
import Tensors
import Testing

@Suite struct LossTests {
  /// A loss's gradient against central differences in a random direction.
  private func check(_ loss: (Tensor) -> MatrixLoss, seed: UInt64) {
    var generator = RandomGenerator(seed: seed)
    var similarities = generator.uniform([25], bound: 0.4)
    similarities.add(Tensor(repeating: 0.5, shape: [25]))
    let direction = generator.uniform([25], bound: 1)
    let slope = loss(similarities).gradient.inner(direction)
    assertDerivative(
      of: { loss(similarities.adding(direction, scaledBy: $0)).value }, tangent: slope,
      reverse: slope, step: 1e-3)
  }

  @Test func meanHinge() { check({ .meanHinge($0, count: 5) }, seed: 1) }

  @Test func hardestNegatives() {
    check(
      { .hardestNegatives($0, margins: [0.1, 0.2, 0.15, 0.05, 0.2]) }, seed: 2)
  }

  @Test func complementary() { check({ .complementary($0, count: 5) }, seed: 3) }

  @Test func complementarySurvivesCertainty() {
    var similarities = Tensor.zeros([9])
    similarities[1] = 1
    let loss = MatrixLoss.complementary(similarities, count: 3, temperature: 0.01)
    #expect(loss.value.isFinite && loss.gradient.isFinite)
  }

  @Test func whatIsNotANumberIsNoLossOfZero() {
    var similarities = Tensor(repeating: 0.5, shape: [9])
    similarities[4] = .nan
    for loss in [
      MatrixLoss.meanHinge(similarities, count: 3), .complementary(similarities, count: 3),
      .hardestNegatives(similarities, margins: [0.2, 0.2, 0.2]),
    ] {
      #expect(loss.value.isNaN)
    }
  }

  @Test func hardestNegativesPullOnFewPairs() {
    var generator = RandomGenerator(seed: 4)
    let loss = MatrixLoss.hardestNegatives(
      generator.uniform([64 * 64], bound: 0.5), margins: Array(repeating: 0.2, count: 64))
    #expect(loss.gradient.elements.count { $0 != 0 } <= 3 * 64)
  }

  @Test func crossEntropyClampsAtCertainty() {
    let loss = BinaryCrossEntropy(Tensor([0, 1]), labels: [1, 1])
    #expect(loss.value == 50)
    #expect(loss.gradient.isFinite)
  }
}
