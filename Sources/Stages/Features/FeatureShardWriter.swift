import Foundation
import Layers
import Pairs
import Tensors

/// Collects the features of up to some hundred images and writes them as one shard.
///
/// The same images in the same order give the same bytes.
struct FeatureShardWriter {
  /// The name of the only tensor: float16 [images, regions, dimension].
  static let tensorName = "features"
  /// The metadata key of `FeaturizerDescription.fingerprint`.
  static let fingerprintKey = "featurizer"
  /// The metadata key of the images' SHA-256, in the order of rows, set apart by spaces.
  static let imagesKey = "image_sha256"

  private let description: FeaturizerDescription
  private var digests: [SHA256Digest] = []
  private var elements: [Float] = []

  init(_ description: FeaturizerDescription) { self.description = description }

  /// Images added so far: the next one's row.
  var count: Int { digests.count }

  /// Adds an image; its row is returned.
  ///
  /// - Precondition: `features` has regions × dimension elements.
  mutating func add(_ features: [Float], of image: SHA256Digest) -> Int {
    let expected = description.regions * description.dimension
    precondition(features.count == expected, "\(features.count) features, not \(expected)")
    elements += features
    digests.append(image)
    return digests.count - 1
  }

  /// Writes the shard: temporary file, fsync, rename.
  ///
  /// - Returns: The file's size in bytes.
  func write(to path: String) throws -> Int {
    var writer = SafetensorsWriter(metadata: [
      Self.fingerprintKey: description.fingerprint,
      Self.imagesKey: digests.map(\.description).joined(separator: " "),
    ])
    writer.add(
      Self.tensorName,
      Tensor(elements, shape: [count, description.regions, description.dimension]), as: .float16)
    let file = try AtomicFile(path: path)
    try writer.write { try file.write($0) }
    try file.commit()
    return writer.byteCount
  }
}
