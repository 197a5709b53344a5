import Pairs

/// The pictures that were found at several locations last, "picture not available" above all: they come
/// again and again, and their features are not stored anywhere.
struct RepeatedPictures {
  /// The most that are held: 12 MB at the usual size of features.
  private static let capacity = 128

  /// What came of them.
  private(set) var products: [SHA256Digest: ImageFeaturizer.Product] = [:]
  /// Those found longest ago first.
  private var order: [SHA256Digest] = []

  /// Takes over what was found repeatedly in a chunk.
  mutating func keep(_ chunk: ImageFeaturizer.Chunk) {
    for case .content(let digest) in chunk.findings where chunk.repeated.contains(digest) {
      guard let product = chunk.products[digest] else { continue }
      if products.updateValue(product, forKey: digest) != nil {
        order.removeAll { $0 == digest }
      }
      order.append(digest)
    }
    while order.count > Self.capacity { products[order.removeFirst()] = nil }
  }
}
