import Foundation
import Pairs

/// SHA-256 over everything that a shard says: its number, how its features were made, of which images, and the
/// features' bytes. Each shard names its own, so a copy that was cut, overwritten or mixed up is told
/// from what was written.
struct FeatureShardChecksum: ~Copyable {
  /// The metadata key of the checksum.
  static let key = "content_sha256"

  private var hasher = SHA256Hasher()

  /// - Parameters:
  ///   - number: the shard's.
  ///   - fingerprint: of the featurizer.
  ///   - images: the images' SHA-256 in the order of rows, set apart by spaces.
  init(number: String, fingerprint: String, images: String) {
    // None of them holds a line's end, so no other three texts look the same here.
    hasher.update("\(number)\n\(fingerprint)\n\(images)\n".utf8)
  }

  /// Adds bytes of the features, in order.
  mutating func update(_ bytes: Data) { hasher.update(bytes) }

  /// 64 hexadecimal digits.
  consuming func finalize() -> String { hasher.finalize().description }
}
