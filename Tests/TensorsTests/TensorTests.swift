import Foundation
import TestSupport
import Tensors
import Testing

@Suite struct TensorTests {
  @Test func slicesShareUntilWritten() {
    let whole = Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2])
    var slice = whole[rows: 1..<3]
    #expect(slice.elements == [3, 4, 5, 6])
    slice[0] = 9
    #expect(slice.elements == [9, 4, 5, 6])
    #expect(whole.elements == [1, 2, 3, 4, 5, 6])
  }

  @Test func elementaryFunctionsAgreeWithFoundation() {
    let arguments = stride(from: Float(-20), through: 20, by: 0.037).map { $0 }
    var hyperbolic = Tensor(arguments)
    hyperbolic.applyTanh()
    assertClose(
      hyperbolic, Tensor(arguments.map { Float(tanh(Double($0))) }),
      within: Tolerance(absolute: 3e-7))
    var logistic = Tensor(arguments)
    logistic.applyLogistic()
    assertClose(
      logistic, Tensor(arguments.map { Float(1 / (1 + exp(-Double($0)))) }),
      within: Tolerance(absolute: 3e-7))
  }

  @Test func softmaxSurvivesLargeNumbers() {
    var values = Tensor([1000, 999, -1000, 1000], shape: [1, 4])
    values.softmaxRows()
    let share = 1 / (2 + exp(-1.0))
    assertClose(
      values,
      Tensor([Float(share), Float(share * exp(-1.0)), 0, Float(share)], shape: [1, 4]),
      within: Tolerance(absolute: 1e-6))
  }

  @Test func interleavingIsInverted() {
    let segments = Segments(lengths: [2, 0, 3])
    let heads = Tensor([1, 2, 3], shape: [3, 1])
    let tails = Tensor([10, 11, 12, 13, 14], shape: [5, 1])
    let mixed = Tensor.interleaving(heads: heads, tails: tails, segments)
    #expect(mixed.elements == [1, 10, 11, 2, 3, 12, 13, 14])
    let parts = mixed.separatingHeads(segments)
    #expect(parts.heads.elements == heads.elements)
    #expect(parts.tails.elements == tails.elements)
  }

  @Test func normalizedRowsHaveUnitLengthAndZeroStaysZero() {
    let rows = NormalizedRows(Tensor([3, 4, 0, 0], shape: [2, 2]))
    assertClose(
      rows.output, Tensor([0.6, 0.8, 0, 0], shape: [2, 2]), within: Tolerance(absolute: 1e-6))
    #expect(rows.jacobianProduct(Tensor.zeros([2, 2])).isFinite)
  }

  @Test func generatorStreamsDependOnSeedAndLabelsAlone() {
    let generator = RandomGenerator(seed: 1)
    var first = generator.stream(1, 2)
    var again = RandomGenerator(seed: 1).stream(1, 2)
    var other = generator.stream(2, 1)
    let numbers = (0..<4).map { _ in first.next() }
    #expect(numbers == (0..<4).map { _ in again.next() })
    #expect(numbers != (0..<4).map { _ in other.next() })
  }

  @Test func adamFollowsItsDefinition() {
    var parameter = Tensor([1])
    var first = Tensor([0])
    var second = Tensor([0])
    var (m, v, p) = (0.0, 0.0, 1.0)
    for step in 1...5 {
      let gradient = 0.3 * Double(step)
      AdamUpdate(learningRate: 0.1, step: step).apply(
        to: &parameter, gradient: Tensor([Float(gradient)]), firstMoment: &first,
        secondMoment: &second)
      m = 0.9 * m + 0.1 * gradient
      v = 0.999 * v + 0.001 * gradient * gradient
      p -=
        0.1 * (m / (1 - pow(0.9, Double(step))))
        / ((v / (1 - pow(0.999, Double(step)))).squareRoot() + 1e-8)
    }
    assertClose(parameter, Tensor([Float(p)]), within: Tolerance(absolute: 1e-5))
  }
}
