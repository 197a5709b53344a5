import Tensors
import Testing

/// Records an issue when `actual` is not within `tolerance` of `expected`.
public func assertClose(
  _ actual: Tensor, _ expected: Tensor, within tolerance: Tolerance, _ name: String = "tensor",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  if let problem = difference(actual, expected, within: tolerance, name) {
    Issue.record(Comment(rawValue: problem), sourceLocation: sourceLocation)
  }
}
