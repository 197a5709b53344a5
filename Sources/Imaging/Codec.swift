import CImageCodecs

/// The C decoders, with Swift errors. Besides `JPEGEncoder`, the only place where `Imaging` hands out
/// a pointer.
struct Codec {
  let format: ImageFormat
  private let limits: DecodeLimits
  private let deadline: Deadline

  init(_ format: ImageFormat, _ limits: DecodeLimits, _ deadline: Deadline) {
    self.format = format
    self.limits = limits
    self.deadline = deadline
  }

  func header(of bytes: [UInt8]) throws(ImageDecodeError) -> codec_header {
    let read =
      switch format {
      case .jpeg: codec_jpeg_header
      case .gif: codec_gif_header
      case .webp: codec_webp_header
      default: codec_png_header
      }
    var header = codec_header()
    var message = codec_message()
    let status = withLimits { limits in
      bytes.withUnsafeBufferPointer { source in
        read(source.baseAddress, source.count, &limits, &header, &message)
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
    let decode =
      switch format {
      case .gif: codec_gif_decode
      case .webp: codec_webp_decode
      default: codec_png_decode
      }
    var pixels = [UInt8](repeating: 0, count: count)
    var message = codec_message()
    let status = withLimits { limits in
      bytes.withUnsafeBufferPointer { source in
        pixels.withUnsafeMutableBufferPointer { target in
          format == .jpeg
            ? codec_jpeg_decode(
              source.baseAddress, source.count, &limits, UInt32(denominator), target.baseAddress,
              target.count, &message)
            : decode(
              source.baseAddress, source.count, &limits, target.baseAddress, target.count,
              &message)
        }
      }
    }
    try check(status, message)
    return pixels
  }

  /// The deadline outlives the call that its address is given to.
  private func withLimits<Result>(_ body: (inout codec_limits) -> Result) -> Result {
    withExtendedLifetime(deadline) {
      var limits = codec_limits(
        memory: max(0, limits.decoderMemory),
        scans: UInt32(clamping: min(limits.maximumScans, Int(Int32.max))),
        is_late: { clock in
          guard let clock else { return 0 }
          return Unmanaged<Deadline>.fromOpaque(clock).takeUnretainedValue().isPast ? 1 : 0
        },
        clock: Unmanaged.passUnretained(deadline).toOpaque())
      return body(&limits)
    }
  }

  private func check(_ status: codec_status, _ message: codec_message) throws(ImageDecodeError) {
    let reason: ImageDecodeError.Reason
    switch status {
    case CODEC_OK: return
    case CODEC_TRUNCATED: reason = .truncated
    case CODEC_UNSUPPORTED: reason = .unsupported
    case CODEC_TOO_LARGE: reason = .tooLarge
    case CODEC_TOO_SLOW:
      throw ImageDecodeError(
        .tooSlow, "\(format.rawValue): not decoded within \(limits.maximumSeconds) s")
    default: reason = .corrupt
    }
    throw ImageDecodeError(reason, "\(format.rawValue): \(Self.text(of: message))")
  }

  static func text(of message: codec_message) -> String {
    withUnsafeBytes(of: message.text) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
