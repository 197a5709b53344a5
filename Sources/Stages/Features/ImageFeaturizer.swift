import Audit
import Imaging
import Models
import Pairs
import Synchronization
import Tensors

/// Turns image locations into features, each content once.
///
/// A thread takes a group of locations from file to features before it takes the next, so that one
/// thread's reading and decoding overlaps with another's network. Which thread gets which group
/// changes no bit: a picture's features do not depend on its neighbours.
struct ImageFeaturizer: Sendable {
  /// What one location led to.
  enum Finding: Sendable {
    case unavailable(RowFailure)
    case content(SHA256Digest)
    /// What the workspace stored of it is gone, or is not what was stored.
    case lost(SHA256Digest)
    /// What is there is not the picture that an earlier look found.
    case changed
  }

  /// What a content that was not known before is.
  struct Product: Sendable {
    let content: ImageContent
    /// regions × dimension numbers as a shard stores them, or why there are none.
    let features: Result<[UInt8], RowFailure.Thrown>
  }

  /// What is known of a chunk of locations so far.
  struct Chunk: Sendable {
    /// In the order of the locations.
    var findings: [Finding] = []
    /// Contents of which all is known: in an earlier chunk or run their features were stored, or they
    /// failed.
    var known: [SHA256Digest: StoredImage] = [:]
    /// The others.
    var products: [SHA256Digest: Product] = [:]
    /// Those of the others that were found at another location before.
    var repeated: Set<SHA256Digest> = []
  }

  let backbone: any ImageBackbone
  let preprocessor: ImagePreprocessor
  let grid: Int
  let precision: FeaturePrecision
  let database: AuditDatabase
  /// Whether contents that were looked at before are looked at again.
  var isAnew = false

  /// Adds what comes of some locations to a chunk.
  ///
  /// - Throws: `StagesError`, `AuditError`; never for a bad image.
  func featurize(
    _ images: [PendingImage], reader: ImageReader, batch: Int, workers: Workers,
    into chunk: inout Chunk
  ) throws {
    let groups = stride(from: 0, to: images.count, by: batch).map {
      $0..<min($0 + batch, images.count)
    }
    let results = Mutex<[Int: Chunk]>([:])
    let claimed = Mutex<Set<SHA256Digest>>(Set(chunk.products.keys).union(chunk.known.keys))
    try workers.forEach(groups.count) { index in
      let part = try group(Array(images[groups[index]]), reader) { digest in
        claimed.withLock { $0.insert(digest).inserted }
      }
      results.withLock { $0[index] = part }
    }
    let parts = results.withLock { $0 }
    for index in groups.indices {
      guard let part = parts[index] else { continue }
      chunk.findings += part.findings
      chunk.known.merge(part.known) { first, _ in first }
      chunk.products.merge(part.products) { first, _ in first }
      chunk.repeated.formUnion(part.repeated)
    }
  }

  /// - Parameter claim: Whether a content is this group's to look at: true once for each.
  private func group(
    _ images: [PendingImage], _ reader: ImageReader, claim: (SHA256Digest) -> Bool
  ) throws -> Chunk {
    var part = Chunk()
    var decoded: [DecodedImage] = []
    for image in images {
      switch reader.bytes(of: image) {
      case .failure(let error):
        // Too large a file is whole all the same.
        if let stored = image.fetched, error.failure.reason != .imageTooLarge {
          part.findings.append(.lost(stored))
        } else if image.known != nil {
          part.findings.append(.changed)
        } else {
          part.findings.append(.unavailable(error.failure))
        }
      case .success(let bytes):
        let digest = SHA256Digest(of: bytes)
        if let stored = image.fetched, stored != digest {
          part.findings.append(.lost(stored))
          continue
        }
        if let known = image.known, known != digest {
          part.findings.append(.changed)
          continue
        }
        part.findings.append(.content(digest))
        guard claim(digest) else {
          part.repeated.insert(digest)
          continue
        }
        let known = isAnew ? nil : try database.image(with: digest)
        if let known, known.isSettled {
          part.known[digest] = known
        } else {
          if known != nil, image.known == nil { part.repeated.insert(digest) }
          decoded.append(DecodedImage(bytes, digest: digest, preprocessor: preprocessor))
        }
      }
    }
    try run(decoded, into: &part)
    return part
  }

  private func run(_ decoded: [DecodedImage], into part: inout Chunk) throws {
    var inputs: [Tensor] = []
    var contents: [ImageContent] = []
    for image in decoded {
      switch image.picture {
      case .failure(let error):
        part.products[image.content.digest] = Product(
          content: image.content, features: .failure(error))
      case .success(let picture):
        inputs.append(picture)
        contents.append(image.content)
      }
    }
    guard !inputs.isEmpty else { return }
    let features = backbone.features(of: inputs, grid: grid, workers: .single)
    let elements = features.reshaped([inputs.count, grid * grid * backbone.dimension])
    for (row, content) in contents.enumerated() {
      let own = elements[rows: row..<(row + 1)].elements
      guard own.allSatisfy(precision.holds) else {
        throw StagesError.damaged(
          path: backbone.fingerprint,
          problem: own.allSatisfy(\.isFinite)
            ? "these weights give features beyond what 16 bits hold; use --precision float32"
            : "these weights give features that are no finite numbers; use others")
      }
      // Here, where another thread's network runs meanwhile, and not when the shard is written.
      part.products[content.digest] = Product(
        content: content, features: .success(precision.elementType.bytes(of: own)))
    }
  }
}
