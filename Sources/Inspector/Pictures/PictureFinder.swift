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
  private let maker = Self.maker(longerSide: 320)
  private let cache = ThumbnailCache()

  init(_ configuration: InspectorConfiguration, audit: AuditDatabase) {
    self.audit = audit
    store = ContentStore(folder: configuration.imagesPath)
  }

  /// The most bytes of a picture that are served.
  static let byteLimit = 64 << 20

  /// A pair's picture, as it came.
  func picture(ofPair pair: Int64) throws -> Picture {
    try picture(ofPair: pair, at: source(ofPair: pair))
  }

  /// A small copy of a pair's picture.
  func thumbnail(ofPair pair: Int64) throws -> Picture {
    let source = try source(ofPair: pair)
    // Only a picture that a stage has looked at has a hash to be kept by.
    let digest = source.content ?? source.fetched
    if let digest, let kept = cache.thumbnail(of: digest) {
      return Picture(bytes: kept, format: .jpeg)
    }
    let picture = try picture(ofPair: pair, at: source)
    do {
      let thumbnail = Picture(bytes: try maker.jpeg(of: picture.bytes), format: .jpeg)
      if let digest { cache.keep(thumbnail.bytes, of: digest) }
      return thumbnail
    } catch {
      // What does not decode here may still do so in a browser, which is good at damaged files.
      guard picture.bytes.count <= Self.undecodedLimit else {
        throw APIProblem(.unsupportedMediaType, "no_thumbnail", "This picture does not decode.")
      }
      return picture
    }
  }

  /// A small copy of a pair's picture as a JPEG, made anew.
  func thumbnail(ofPair pair: Int64, longerSide: Int) throws -> [UInt8] {
    try Self.maker(longerSide: longerSide).jpeg(of: picture(ofPair: pair).bytes)
  }

  /// Whoever looks waits, so a picture has less time here than in a stage; and any size can be looked
  /// at.
  private static func maker(longerSide: Int) -> Thumbnail {
    Thumbnail(
      longerSide: longerSide, limits: DecodeLimits(minimumSide: 1, maximumSeconds: 5))
  }

  /// The most bytes of a picture that is sent where a thumbnail was asked for.
  private static let undecodedLimit = 256 << 10

  private func source(ofPair pair: Int64) throws -> PairImageSource {
    guard let source = try audit.imageSource(ofPair: pair) else {
      throw Self.missing("Pair \(pair) names no picture.")
    }
    return source
  }

  private func picture(ofPair pair: Int64, at source: PairImageSource) throws -> Picture {
    let bytes: [UInt8]
    do {
      let file = try ReadableFile(path: try path(of: source))
      bytes = try file.contents(limit: Self.byteLimit)
    } catch is PairsError {
      // The words of the error name a path of this machine, which is not the page's business.
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
