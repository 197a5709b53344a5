import Audit
import Foundation
import Pairs

/// A pair as the pages show it: the audit's columns, and what only a page needs.
struct PairView: Encodable {
  let pair: InspectedPair
  /// The most characters of the caption; nil for all of them.
  let captionLimit: Int?

  /// Lists show the beginning of a caption: one of a megabyte would be sent with every page.
  static let listLimit = 400

  init(_ pair: InspectedPair, captionLimit: Int? = PairView.listLimit) {
    self.pair = pair
    self.captionLimit = captionLimit
  }

  enum CodingKeys: String, CodingKey {
    case caption
    case isCut = "is_cut"
    case hasImage = "has_image"
    case explanation
  }

  func encode(to encoder: any Encoder) throws {
    try pair.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    let isCut = captionLimit.map { pair.caption?.utf8.count ?? 0 > 4 * $0 } ?? false
    if isCut, let captionLimit, let caption = pair.caption {
      try container.encode(Self.beginning(of: caption, captionLimit), forKey: .caption)
    }
    try container.encode(isCut, forKey: .isCut)
    try container.encode(hasImage, forKey: .hasImage)
    try container.encodeIfPresent(pair.reason?.explanation, forKey: .explanation)
  }

  /// Counted in scalars: one character may have a million of them.
  static func beginning(of text: String, _ limit: Int) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit)))
  }

  /// Whether it is worth asking for a picture: whether there is one shows when it is read.
  var hasImage: Bool {
    guard let url = pair.url, pair.imageFormat != "npy" else { return false }
    return pair.imageSHA256 != nil || ImageLocation.remoteURL(of: url) == nil
  }
}
