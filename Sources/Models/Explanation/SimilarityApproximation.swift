import Foundation
import Tensors

/// What similarity networks would roughly say, as the product of a vector of the picture and one of
/// the caption: good enough to choose from a whole dataset what is worth asking them.
///
/// SGRAF never multiplies a picture's vector with a caption's: it compares words with regions and
/// learns what the differences mean. The cosine of pooled vectors therefore says next to nothing
/// of its similarity. But the similarities of a sample of pictures with a sample of captions tell how
/// it depends on the two pooled vectors: this is a kernel ridge regression of their log-odds, with a
/// Gaussian kernel on either side,
///
///     log-odds(x, y) ≈ μ + k(x, A) (K_A + λ)⁻¹ (T − μ) (K_B + λ)⁻¹ k(B, y)
///
/// where T holds the log-odds of sampled pictures A with sampled captions B.
public struct SimilarityApproximation: Sendable {
  private let images: KernelSample
  private let captions: KernelSample
  private let weights: PackedMatrix

  /// λ: how far the sample's own similarities are smoothed.
  private static let ridge = 0.01
  /// Similarities are kept this far from 0 and 1.
  private static let margin = 1e-4

  /// - Parameters:
  ///   - images: pooled vectors of a sample of pictures: [images, width].
  ///   - captions: pooled vectors of a sample of captions: [captions, width].
  ///   - similarities: what the networks say of them: [images, captions], in [0, 1].
  public init(images: Tensor, captions: Tensor, similarities: Tensor, workers: Workers) {
    precondition(
      similarities.rows == images.rows && similarities.columns == captions.rows,
      "similarities \(similarities.shape) of \(images.rows) images and \(captions.rows) captions")
    self.images = KernelSample(images)
    self.captions = KernelSample(captions)
    let logOdds = similarities.elements.map { similarity in
      let kept = min(max(Double(similarity), Self.margin), 1 - Self.margin)
      return log(kept / (1 - kept))
    }
    let mean = logOdds.reduce(0, +) / Double(max(logOdds.count, 1))
    let (rows, columns) = (images.rows, captions.rows)
    let byCaption = (0..<columns).map { column in
      (0..<rows).map { logOdds[$0 * columns + column] - mean }
    }
    let left = Self.factor(self.images, images).solve(byCaption, workers: workers)
    let byImage = (0..<rows).map { row in (0..<columns).map { left[$0][row] } }
    let solved = Self.factor(self.captions, captions).solve(byImage, workers: workers)
    weights = PackedMatrix(Tensor(solved.joined().map(Float.init), shape: [rows, columns]))
  }

  private static func factor(_ sample: KernelSample, _ vectors: Tensor) -> CholeskyFactor {
    var kernel = sample.nearness(vectors).elements.map(Double.init)
    for index in 0..<sample.count { kernel[index * sample.count + index] += ridge }
    return CholeskyFactor(kernel, size: sample.count)
  }

  /// Numbers of a vector.
  public var width: Int { captions.count }

  /// - Parameter pooled: pooled vectors of pictures: [images, width].
  /// - Returns: [images, width of the approximation].
  public func imageVectors(_ pooled: Tensor) -> Tensor {
    .product(images.nearness(pooled), .asStored, weights)
  }

  /// - Parameter pooled: pooled vectors of captions: [captions, width].
  /// - Returns: [captions, width of the approximation].
  public func captionVectors(_ pooled: Tensor) -> Tensor { captions.nearness(pooled) }
}
