import Tensors

/// How far a number may be from its expected value.
public struct Tolerance: Sendable, CustomStringConvertible {
  /// In units of the numbers themselves.
  public let absolute: Float
  /// As a share of the largest expected magnitude in the tensor.
  public let relativeToLargest: Float

  /// A tolerance of its parts.
  public init(absolute: Float, relativeToLargest: Float = 0) {
    self.absolute = absolute
    self.relativeToLargest = relativeToLargest
  }

  /// As error messages state it.
  public var description: String {
    relativeToLargest > 0
      ? "\(absolute) + \(relativeToLargest) × largest" : "\(absolute)"
  }
}

/// What is wrong with `actual`, or nil when it is close to `expected`: shape first, then numbers
/// that are not finite, then the largest difference against the tolerance.
public func difference(
  _ actual: Tensor, _ expected: Tensor, within tolerance: Tolerance, _ name: String = "tensor"
) -> String? {
  guard actual.shape == expected.shape else {
    return "\(name): shape \(actual.shape), expected \(expected.shape)"
  }
  let actualElements = actual.elements
  let expectedElements = expected.elements
  if let index = actualElements.firstIndex(where: { !$0.isFinite }) {
    return "\(name): element \(index) is \(actualElements[index])"
  }
  if let index = expectedElements.firstIndex(where: { !$0.isFinite }) {
    return "\(name): expected element \(index) is \(expectedElements[index])"
  }
  let largest = expectedElements.reduce(0) { max($0, abs($1)) }
  let limit = tolerance.absolute + tolerance.relativeToLargest * largest
  var worst = (index: 0, distance: Float(0))
  for index in actualElements.indices {
    let distance = abs(actualElements[index] - expectedElements[index])
    if distance > worst.distance { worst = (index, distance) }
  }
  guard worst.distance > limit else { return nil }
  return
    "\(name): element \(worst.index) is \(actualElements[worst.index]), expected "
    + "\(expectedElements[worst.index]); off by \(worst.distance), tolerance \(tolerance)"
}
