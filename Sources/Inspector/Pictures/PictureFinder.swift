import Audit
import Fetching
import Foundation
import Imaging
import Pairs

/// A picture's bytes and what they are.
struct Picture: Sendable {
  let bytes: [UInt8]
  let format: ImageFormat

  /// What the browser is told: only formats that it shows as pictures and does nothing else with.
  var mediaType: String? {
    switch format {
    case .jpeg: "image/jpeg"
    case .png: "image/png"
    case .webp: "image/webp"
    case .gif: "image/gif"
    default: nil
    }
  }
}

/// Finds pictures by the numbers of their pairs. What a manifest says leads no farther than its image
/// root, what was fetched is found by its hash, and a request has no say in either.
struct PictureFinder: Sendable {
  let audit: AuditDatabase
  let store: ContentStore

  /// The most bytes of a picture that are served.
  static let byteLimit = 64 << 20

  /// A pair's picture, as it came.
  func picture(ofPair pair: Int64) throws -> Picture {
    guard let source = try audit.imageSource(ofPair: pair) else {
      throw Self.missing("Pair \(pair) names no picture.")
    }
    let bytes: [UInt8]
    do {
      let file = try ReadableFile(path: try path(of: source))
      bytes = try file.contents(limit: Self.byteLimit)
    } catch let error as PairsError {
      // The words of the error name a path of this machine, which is not the page's business.
      _ = error
      throw Self.missing("The picture of pair \(pair) cannot be read.")
    }
    let picture = Picture(bytes: bytes, format: ImageFormat(recognizing: bytes))
    guard picture.mediaType != nil else {
      throw APIProblem(
        .unsupportedMediaType, "not_a_picture",
        "What is in the place of this picture is no JPEG, PNG, WebP or GIF.")
    }
    return picture
  }

  private func path(of source: PairImageSource) throws -> String {
    if let digest = source.fetched { return store.path(of: digest) }
    let root = try ImageRoot(folder: source.imageRoot)
    switch root.resolve(root.location(of: source.url)) {
    case .file(let path): return path
    case .precomputed: throw Self.missing("This pair has features, but no picture.")
    case .remote: throw Self.missing("This picture was not fetched.")
    case .failed(let failure): throw Self.missing(failure.reason.explanation)
    }
  }

  private static func missing(_ message: String) -> APIProblem {
    APIProblem(.notFound, "no_picture", message)
  }
}
