/// Each column of each segment divided by its Euclidean norm: attention scores normalised over the
/// words of a caption, region by region.
///
/// Like `NormalizedRows`, y = x / (‖x‖ + ε) with a symmetric Jacobian.
public struct SegmentNormalizedColumns: Sendable {
  /// The normalised columns, in the shape of the input.
  public let output: Tensor
  /// The norms: [segments, columns].
  public let norms: Tensor
  private let segments: Segments

  /// - Parameter input: [rows, columns], its rows grouped by `segments`.
  public init(_ input: Tensor, _ segments: Segments) {
    precondition(
      segments.rowCount == input.rows, "segments of \(segments.rowCount) rows for \(input.rows)")
    let width = input.columns
    var norms = Tensor.zeros([segments.count, width])
    var output = Tensor(uninitializedShape: input.shape)
    input.withPointer { source in
      norms.withMutablePointer { norms in
        output.withMutablePointer { target in
          for segment in 0..<segments.count {
            let norm = norms + segment * width
            for row in segments[segment] {
              let line = source + row * width
              for column in 0..<width { norm[column] += line[column] * line[column] }
            }
            for column in 0..<width { norm[column] = norm[column].squareRoot() }
            for row in segments[segment] {
              let line = source + row * width
              let result = target + row * width
              for column in 0..<width {
                result[column] = line[column] / (norm[column] + NormalizedRows.epsilon)
              }
            }
          }
        }
      }
    }
    self.segments = segments
    self.output = output
    self.norms = norms
  }

  /// The Jacobian times `direction`. A column of norm zero only scales, as a limit.
  public func jacobianProduct(_ direction: Tensor) -> Tensor {
    precondition(
      direction.count == output.count, "shapes \(direction.shape) and \(output.shape)")
    let width = output.columns
    var along = Tensor.zeros([segments.count, width])
    var result = Tensor(uninitializedShape: output.shape)
    let epsilon = NormalizedRows.epsilon
    direction.withPointer { direction in
      output.withPointer { output in
        norms.withPointer { norms in
          along.withMutablePointer { along in
            result.withMutablePointer { target in
              for segment in 0..<segments.count {
                let norm = norms + segment * width
                let sum = along + segment * width
                for row in segments[segment] {
                  let line = output + row * width
                  let change = direction + row * width
                  for column in 0..<width { sum[column] += line[column] * change[column] }
                }
                for column in 0..<width {
                  sum[column] =
                    norm[column] > 0 ? sum[column] * (norm[column] + epsilon) / norm[column] : 0
                }
                for row in segments[segment] {
                  let line = output + row * width
                  let change = direction + row * width
                  let result = target + row * width
                  for column in 0..<width {
                    result[column] =
                      (change[column] - line[column] * sum[column]) / (norm[column] + epsilon)
                  }
                }
              }
            }
          }
        }
      }
    }
    return result
  }
}
