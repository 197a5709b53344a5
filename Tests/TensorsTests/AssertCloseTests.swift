import TestSupport
import Tensors
import Testing

/// The helper that all numeric tests rest on must itself notice wrong answers.
@Suite struct AssertCloseTests {
  private let expected = Tensor([1, 2, 3])

  @Test func acceptsWithinTolerance() {
    #expect(
      difference(Tensor([1, 2, 3.00001]), expected, within: Tolerance(absolute: 1e-4)) == nil)
  }

  @Test func namesTheWorstElement() {
    #expect(
      difference(Tensor([1, 2.5, 3]), expected, within: Tolerance(absolute: 0.1), "answer")
        == "answer: element 1 is 2.5, expected 2.0; off by 0.5, tolerance 0.1")
  }

  @Test func refusesAnotherShapeBeforeNumbers() {
    #expect(
      difference(Tensor([1, 2, 3], shape: [3, 1]), expected, within: Tolerance(absolute: 9))
        == "tensor: shape [3, 1], expected [3]")
  }

  @Test func refusesWhatIsNotANumber() {
    #expect(
      difference(Tensor([1, .nan, 3]), expected, within: Tolerance(absolute: .infinity))
        == "tensor: element 1 is nan")
  }
}
