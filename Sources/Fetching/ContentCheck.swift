import Imaging
import Pairs

extension ImageFormat {
  /// Whether a file of this format is a picture, of a kind that Winnow decodes or of another.
  ///
  /// What a fetch keeps: the featurizer names formats that it does not decode.
  var isPicture: Bool {
    switch self {
    case .jpeg, .png, .webp, .gif, .avif, .heic, .jxl, .jp2, .bmp, .tiff, .ico, .psd, .svg: true
    case .pdf, .html, .xml, .json, .text, .zip, .gzip, .unknown: false
    }
  }
}

extension Transfer {
  /// Why a body that begins with `head` is no picture, whatever the server calls it; nil for one
  /// that is.
  func refusal(ofContent head: [UInt8]) -> RowFailure? {
    guard !head.isEmpty else { return RowFailure(.notAnImage, "the answer has no body") }
    let format = ImageFormat(recognizing: head)
    guard !format.isPicture else { return nil }
    let found =
      format == .unknown ? "the content is of no known format" : "the content is \(format)"
    guard let contentType else { return RowFailure(.notAnImage, found) }
    return RowFailure(.notAnImage, "\(found), Content-Type: \(contentType.prefix(100))")
  }
}
