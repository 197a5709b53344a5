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
    var look: ImageLook?
    do {
      header = try preprocessor.decoder.header(of: bytes)
      let whole = try preprocessor.decoded(from: bytes)
      look = ImageLook(PerceptualHash(whole))
      let image = preprocessor.fitted(whole)
      picture = .success(Tensor(image.normalized, shape: [image.height, image.width, 3]))
    } catch {
      picture = .failed(PairReason(error.reason), error.detail)
    }
    let format = ImageFormat(recognizing: bytes)
    content = ImageContent(
      digest: digest, format: format == .unknown ? nil : format.rawValue, width: header?.width,
      height: header?.height, look: look)
  }
}

extension ImageLook {
  /// A hash without a bit says as little as none.
  init(_ hash: PerceptualHash?) {
    self = hash.map { $0.bits == 0 ? .nothing : .hash($0.bits) } ?? .nothing
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
