import Audit
import Fetching
import Imaging
import Pairs

/// Brings the files of image locations into memory, never from outside their image root.
struct ImageReader: Sendable {
  private let roots: [String: ImageRoot]
  private let maximumBytes: Int
  private let store: ContentStore

  /// A reader for some locations.
  ///
  /// - Parameter store: Where fetched images are.
  /// - Throws: `PairsError.cannotRead` when an image root is gone: that is no single image's fault.
  init(
    for images: [PendingImage], maximumBytes: Int, store: ContentStore
  ) throws(PairsError) {
    var roots: [String: ImageRoot] = [:]
    for image in images where image.fetched == nil && roots[image.imageRoot] == nil {
      roots[image.imageRoot] = try ImageRoot(folder: image.imageRoot)
    }
    self.roots = roots
    self.maximumBytes = maximumBytes
    self.store = store
  }

  /// The bytes of a location's file, or why there are none.
  func bytes(of image: PendingImage) -> Result<[UInt8], RowFailure.Thrown> {
    if let digest = image.fetched { return contents(of: store.path(of: digest)) }
    guard let root = roots[image.imageRoot] else {
      return .failed(.unreadableImage, "the image folder \(image.imageRoot) is not open")
    }
    let location = root.location(of: image.url)
    if let refusal = ImageKind.pictures.refusal(of: location) {
      return .failure(RowFailure.Thrown(failure: refusal))
    }
    switch root.resolve(location) {
    case .remote: return .failed(.notFetched, "the image is on the web and was not fetched")
    case .failed(let failure): return .failure(RowFailure.Thrown(failure: failure))
    case .precomputed: return .failed(.unsupportedURL, "the URL names no picture")
    case .file(let path): return contents(of: path)
    }
  }

  private func contents(of path: String) -> Result<[UInt8], RowFailure.Thrown> {
    do {
      let file = try ReadableFile(path: path)
      let size = try file.byteCount()
      guard size <= maximumBytes else {
        return .failed(.imageTooLarge, "\(size) bytes, the limit is \(maximumBytes)")
      }
      return .success(try file.contents(limit: maximumBytes))
    } catch {
      return .failed(.unreadableImage, "\(error)")
    }
  }
}

extension Result where Failure == RowFailure.Thrown {
  static func failed(_ reason: PairReason, _ detail: String) -> Self {
    .failure(RowFailure.Thrown(failure: RowFailure(reason, detail)))
  }
}
