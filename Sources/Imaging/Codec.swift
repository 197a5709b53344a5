import CImageCodecs

/// The C decoders, with Swift errors. The only place where `Imaging` hands out a pointer.
struct Codec {
  let format: ImageFormat
  private let limits: codec_limits

  init(_ format: ImageFormat, _ limits: DecodeLimits) {
    self.format = format
    self.limits = codec_limits(
      memory: max(0, limits.decoderMemory),
      scans: UInt32(clamping: min(limits.maximumScans, Int(Int32.max))))
  }

  func header(of bytes: [UInt8]) throws(ImageDecodeError) -> codec_header {
    var header = codec_header()
    var message = codec_message()
    var limits = limits
    let status = bytes.withUnsafeBufferPointer { source in
      switch format {
      case .jpeg: codec_jpeg_header(source.baseAddress, source.count, &limits, &header, &message)
      default: codec_png_header(source.baseAddress, source.count, &limits, &header, &message)
      }
    }
    try check(status, message)
    return header
  }

  /// Decodes into `count` bytes of interleaved channels.
  ///
  /// - Parameter denominator: a JPEG is decoded at this fraction of its size: 1, 2, 4 or 8.
  func pixels(
    of bytes: [UInt8], count: Int, denominator: Int = 1
  ) throws(ImageDecodeError) -> [UInt8] {
    var pixels = [UInt8](repeating: 0, count: count)
    var message = codec_message()
    var limits = limits
    let status = bytes.withUnsafeBufferPointer { source in
      pixels.withUnsafeMutableBufferPointer { target in
        switch format {
        case .jpeg:
          codec_jpeg_decode(
            source.baseAddress, source.count, &limits, UInt32(denominator), target.baseAddress,
            target.count, &message)
        default:
          codec_png_decode(
            source.baseAddress, source.count, &limits, target.baseAddress, target.count, &message)
        }
      }
    }
    try check(status, message)
    return pixels
  }

  private func check(_ status: codec_status, _ message: codec_message) throws(ImageDecodeError) {
    let reason: ImageDecodeError.Reason
    switch status {
    case CODEC_OK: return
    case CODEC_TRUNCATED: reason = .truncated
    case CODEC_UNSUPPORTED: reason = .unsupported
    case CODEC_TOO_LARGE: reason = .tooLarge
    default: reason = .corrupt
    }
    let text = withUnsafeBytes(of: message.text) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    throw ImageDecodeError(reason, "\(format.rawValue): \(text)")
  }
}
