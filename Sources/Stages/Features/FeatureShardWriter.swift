import Foundation
import Layers
import Pairs

/// Collects the features of up to some hundred images and writes them as one shard.
///
/// The same images in the same order give the same bytes.
struct FeatureShardWriter {
  /// The name of the only tensor: [images, regions, dimension] in the description's precision.
  static let tensorName = "features"
  /// The metadata key of `FeaturizerDescription.fingerprint`.
  static let fingerprintKey = "featurizer"
  /// The metadata key of the images' SHA-256, in the order of rows, set apart by spaces.
  static let imagesKey = "image_sha256"

  /// The metadata key of the shard's number: a shard under another's name is told.
  static let numberKey = "shard"

  private let description: FeaturizerDescription
  private let number: Int
  private var digests: [SHA256Digest] = []
  private var bytes: [UInt8] = []

  init(_ description: FeaturizerDescription, number: Int) {
    self.description = description
    self.number = number
  }

  /// Images added so far: the next one's row.
  var count: Int { digests.count }

  /// Adds an image; its row is returned.
  ///
  /// - Precondition: `features` are the stored bytes of regions × dimension numbers.
  mutating func add(_ features: [UInt8], of image: SHA256Digest) -> Int {
    let expected = description.bytesPerImage
    precondition(features.count == expected, "\(features.count) bytes, not \(expected)")
    bytes += features
    digests.append(image)
    return digests.count - 1
  }

  /// Writes the shard: temporary file, fsync, rename.
  ///
  /// - Returns: The file's size in bytes.
  func write(to path: String) throws -> Int {
    let images = digests.map(\.description).joined(separator: " ")
    var metadata = [
      Self.fingerprintKey: description.fingerprint, Self.imagesKey: images,
      Self.numberKey: "\(number)",
    ]
    metadata[FeatureShardChecksum.key] = checksum(images)
    let writer = writer(metadata)
    let file = try AtomicFile(path: path)
    try writer.write { try file.write($0) }
    try file.commit()
    return writer.byteCount
  }

  private func writer(_ metadata: [String: String]) -> SafetensorsWriter {
    var writer = SafetensorsWriter(metadata: metadata)
    writer.add(
      Self.tensorName, bytes: bytes, of: description.precision.elementType,
      shape: [count, description.regions, description.dimension])
    return writer
  }

  private func checksum(_ images: String) -> String {
    var checksum = FeatureShardChecksum(
      number: "\(number)", fingerprint: description.fingerprint, images: images)
    writer([:]).writeData(of: Self.tensorName) { checksum.update($0) }
    return checksum.finalize()
  }
}
