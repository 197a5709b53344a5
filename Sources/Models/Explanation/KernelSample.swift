import Foundation
import Tensors

/// Sampled vectors that others are described by: how near a vector is to each of them.
///
///     k(x, a) = exp(−‖x − a‖² / (2 σ²)), σ² the sample's mean squared distance from its mean
struct KernelSample: Sendable {
  private let mean: [Float]
  private let scale: Float
  private let squaredNorms: [Float]
  private let packed: PackedMatrix

  /// Number of sampled vectors.
  var count: Int { squaredNorms.count }

  /// - Parameter vectors: [sample, width].
  init(_ vectors: Tensor) {
    let width = vectors.columns
    let count = Float(max(vectors.rows, 1))
    let mean = vectors.columnSums().elements.map { $0 / count }
    let centred = Self.moved(vectors, by: mean, scale: 1)
    let spread = centred.elements.reduce(0) { $0 + Double($1) * Double($1) } / Double(count)
    // Where all are the same, any scale will do.
    scale = spread > 1e-12 ? Float(1 / spread.squareRoot()) : 1
    self.mean = mean
    let sample = Self.moved(vectors, by: mean, scale: scale)
    squaredNorms = Self.squaredNorms(sample)
    precondition(width > 0, "vectors of no numbers")
    packed = PackedMatrix(sample, .transposed)
  }

  /// k of each vector with each of the sample: [vectors, sample].
  ///
  /// - Parameter vectors: [vectors, width].
  func nearness(_ vectors: Tensor) -> Tensor {
    let moved = Self.moved(vectors, by: mean, scale: scale)
    let norms = Self.squaredNorms(moved)
    var elements = Tensor.product(moved, .asStored, packed).elements
    for row in norms.indices {
      for column in 0..<count {
        let place = row * count + column
        let distance = norms[row] + squaredNorms[column] - 2 * elements[place]
        elements[place] = exp(-max(distance, 0) / 2)
      }
    }
    return Tensor(elements, shape: [norms.count, count])
  }

  private static func moved(_ vectors: Tensor, by mean: [Float], scale: Float) -> Tensor {
    var elements = vectors.elements
    for index in elements.indices {
      elements[index] = (elements[index] - mean[index % mean.count]) * scale
    }
    return Tensor(elements, shape: [vectors.rows, vectors.columns])
  }

  private static func squaredNorms(_ vectors: Tensor) -> [Float] {
    let each = Segments(repeating: 1, count: vectors.rows)
    return vectors.segmentDots(with: vectors, each).elements
  }
}
