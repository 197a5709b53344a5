/// Turns the bytes of a file into pixels, or into the reason why not. Nothing else happens: hostile
/// bytes neither crash it nor make it allocate more than its limits allow.
public struct ImageDecoder: Sendable {
  /// What a picture may cost.
  public var limits: DecodeLimits
  private let clock: DecodeClock

  /// - Parameters:
  ///   - limits: what a picture may cost.
  ///   - clock: what `limits.maximumSeconds` is measured by.
  public init(limits: DecodeLimits = DecodeLimits(), clock: DecodeClock = .monotonic) {
    self.limits = limits
    self.clock = clock
  }

  /// Reads the format and the size, and checks them against the limits.
  public func header(of bytes: [UInt8]) throws(ImageDecodeError) -> ImageHeader {
    try readHeader(of: bytes, by: deadline).header
  }

  private var deadline: Deadline { Deadline(after: limits.maximumSeconds, by: clock) }

  /// Decodes a whole picture to RGB: alpha composited on white, orientation applied.
  public func image(from bytes: [UInt8]) throws(ImageDecodeError) -> RGBImage {
    try image(from: bytes, shorterSideAtLeast: nil)
  }

  /// Decodes a picture that will be reduced until its shorter side has `side` pixels.
  ///
  /// A JPEG is decoded at 1/2, 1/4 or 1/8 of its size as long as its shorter side stays at least
  /// `side`; this is several times faster and skips work that the reduction would undo.
  ///
  /// - Parameter side: pixels the shorter side of the result must have, unless the file has fewer;
  ///   nil decodes at full size.
  public func image(
    from bytes: [UInt8], shorterSideAtLeast side: Int?
  ) throws(ImageDecodeError) -> RGBImage {
    let deadline = deadline
    let (header, channels) = try readHeader(of: bytes, by: deadline)
    let codec = Codec(header.format, limits, deadline)
    var (width, height) = (header.storedWidth, header.storedHeight)
    var denominator = 1
    if header.format == .jpeg, let side {
      while denominator < 8, min(width, height) / (denominator * 2) >= side { denominator *= 2 }
      width = (width + denominator - 1) / denominator
      height = (height + denominator - 1) / denominator
    }
    let pixels = try codec.pixels(
      of: bytes, count: width * height * channels, denominator: denominator)
    let stored =
      channels == 4
      ? RGBImage(width: width, height: height, compositingOnWhite: pixels)
      : RGBImage(width: width, height: height, pixels: pixels)
    return stored.oriented(header.orientation)
  }

  private func readHeader(
    of bytes: [UInt8], by deadline: Deadline
  ) throws(ImageDecodeError) -> (header: ImageHeader, channels: Int) {
    try limits.check(byteCount: bytes.count)
    let format = ImageFormat(recognizing: bytes)
    guard format.isDecodable else { throw ImageDecodeError(.unsupported, format.rawValue) }
    let found = try Codec(format, limits, deadline).header(of: bytes)
    let (width, height) = (Int(found.width), Int(found.height))
    try limits.check(width: width, height: height)
    guard found.impossible == 0 else {
      throw ImageDecodeError(
        .truncated, "\(format.rawValue): \(width) × \(height) pixels in \(bytes.count) bytes")
    }
    let orientation = ImageOrientation(rawValue: Int(found.orientation)) ?? .upright
    let swaps = orientation.swapsSides
    let header = ImageHeader(
      format: format, width: swaps ? height : width, height: swaps ? width : height,
      orientation: orientation)
    return (header, Int(found.channels))
  }
}
