import Tensors

/// A frozen network that turns pictures into feature vectors of a grid of regions.
public protocol ImageBackbone: Sendable {
  /// Numbers per region.
  var dimension: Int { get }
  /// Pixels per side of the square pictures it takes.
  var inputSize: Int { get }
  /// Names the architecture and the weights' content: features of different fingerprints do not
  /// belong together.
  var fingerprint: String { get }

  /// Features of a batch.
  ///
  /// A picture's features are the same bits in whatever batch and with however many workers.
  ///
  /// - Parameters:
  ///   - pictures: each [inputSize, inputSize, 3], values (pixel − 127) / 128.
  ///   - grid: the last feature map is averaged to grid × grid regions.
  /// - Returns: [pictures, grid · grid, dimension], regions by row.
  func features(of pictures: [Tensor], grid: Int, workers: Workers) -> Tensor
}
