import Audit
import Imaging
import Pairs
import Tensors

/// What a file's bytes are: its content's facts, and the network's input or why there is none.
struct DecodedImage: Sendable {
  let content: ImageContent
  /// [side, side, 3], values (pixel − 127) / 128.
  let picture: Result<Tensor, RowFailure.Thrown>

  /// Decodes and fits a picture.
  init(_ bytes: [UInt8], digest: SHA256Digest, preprocessor: ImagePreprocessor) {
    var header: ImageHeader?
    do {
      header = try preprocessor.decoder.header(of: bytes)
      let image = try preprocessor.image(from: bytes)
      picture = .success(Tensor(image.normalized, shape: [image.height, image.width, 3]))
    } catch {
      picture = .failed(PairReason(error.reason), error.detail)
    }
    let format = ImageFormat(recognizing: bytes)
    content = ImageContent(
      digest: digest, format: format == .unknown ? nil : format.rawValue, width: header?.width,
      height: header?.height)
  }
}

extension PairReason {
  /// The audit table's code for a decoder's reason.
  init(_ reason: ImageDecodeError.Reason) {
    switch reason {
    case .missing: self = .missingImage
    case .empty: self = .emptyImage
    case .unsupported: self = .unsupportedFormat
    case .truncated: self = .truncatedImage
    case .corrupt: self = .corruptImage
    case .tooLarge: self = .imageTooLarge
    case .tooSmall: self = .imageTooSmall
    case .tooSlow: self = .imageTooSlow
    }
  }
}
