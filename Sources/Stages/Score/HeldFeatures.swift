import Audit
import Layers
import Models
import Tensors

/// The features of one picture while its pairs are scored.
enum HeldFeatures {
  /// In the workspace.
  case stored(FeatureAddress)
  /// In memory, as the bytes that a shard would hold.
  case inMemory([UInt8])
}

/// Features at hand, by dense image index. What is in memory is rounded as if it had been stored, so that
/// similarities are the same.
struct HeldRegions: RegionSource {
  let store: FeatureStore
  let precision: FeaturePrecision
  /// The features of each image index.
  let images: [HeldFeatures]

  var regions: Int { store.regions }
  var dimension: Int { store.dimension }

  func features(ofImages images: [Int]) throws -> Tensor {
    var elements: [Float] = []
    elements.reserveCapacity(images.count * regions * dimension)
    for image in images {
      switch self.images[image] {
      case .stored(let address): elements += try store.features(at: [address]).elements
      case .inMemory(let bytes): elements += precision.elementType.floats(of: bytes)
      }
    }
    return Tensor(elements, shape: [images.count, regions, dimension])
  }
}
