/// How a picture of any shape becomes a square.
public enum ImageFit: String, Sendable, CaseIterable {
  /// The shorter side is reduced to the square's side; the middle of the longer one is kept.
  case crop
  /// The longer side is reduced to the square's side; the rest is filled up with white, the colour
  /// that transparent pictures are composited on. Nothing is lost, but the subject gets smaller.
  case pad
}

/// Turns a file into the square RGB picture that a backbone takes.
public struct ImagePreprocessor: Sendable {
  /// Pixels per side of the result.
  public let side: Int
  /// How the picture is made square.
  public let fit: ImageFit
  /// Reduced JPEG decoding keeps the shorter side at least this many times the result's; nil
  /// always decodes at full size.
  public let reducedDecodingMargin: Double?
  /// Limits and decoding.
  public let decoder: ImageDecoder

  /// - Parameters:
  ///   - side: pixels per side of the result.
  ///   - fit: how the picture is made square.
  ///   - reducedDecodingMargin: at 2, a JPEG is decoded at half its size only if its sides then
  ///     are still at least twice the result's.
  ///   - limits: what a picture may cost.
  public init(
    side: Int = 224, fit: ImageFit = .crop, reducedDecodingMargin: Double? = 2,
    limits: DecodeLimits = DecodeLimits()
  ) {
    precondition(side > 0, "a square of \(side) pixels")
    self.side = side
    self.fit = fit
    self.reducedDecodingMargin = reducedDecodingMargin
    decoder = ImageDecoder(limits: limits)
  }

  /// Names everything that changes a pixel: features made with another value do not mix.
  public var fingerprint: String {
    let margin = reducedDecodingMargin.map { "\($0)" } ?? "full"
    return "\(side)-\(fit.rawValue)-bicubic-\(margin)-white-1"
  }

  /// Decodes, orients, composites on white and fits a picture.
  public func image(from bytes: [UInt8]) throws(ImageDecodeError) -> RGBImage {
    fitted(try decoded(from: bytes))
  }

  /// Decodes, orients and composites on white; a JPEG possibly at a reduced size.
  public func decoded(from bytes: [UInt8]) throws(ImageDecodeError) -> RGBImage {
    let least = reducedDecodingMargin.map { Int((Double(side) * $0).rounded(.up)) }
    return try decoder.image(from: bytes, shorterSideAtLeast: least)
  }

  /// Makes a decoded picture square.
  public func fitted(_ image: RGBImage) -> RGBImage {
    switch fit {
    case .crop: cropped(image)
    case .pad: padded(image)
    }
  }

  /// Shorter side to `side`, the longer in proportion (rounded down), the middle of it kept.
  private func cropped(_ image: RGBImage) -> RGBImage {
    let shorter = min(image.width, image.height)
    let width = max(side, side * image.width / shorter)
    let height = max(side, side * image.height / shorter)
    let left = Self.halfToEven(width - side)
    let top = Self.halfToEven(height - side)
    return image.resampled(
      toWidth: width, height: height, columns: left..<(left + side), rows: top..<(top + side))
  }

  private func padded(_ image: RGBImage) -> RGBImage {
    let longer = max(image.width, image.height)
    let width = max(1, side * image.width / longer)
    let height = max(1, side * image.height / longer)
    let inner = image.resampled(toWidth: width, height: height)
    var square = RGBImage(width: side, height: side, filledWith: (255, 255, 255))
    let (left, top) = ((side - width) / 2, (side - height) / 2)
    for row in 0..<height {
      let start = ((top + row) * side + left) * 3
      let source = row * width * 3
      square.pixels.replaceSubrange(
        start..<(start + width * 3), with: inner.pixels[source..<(source + width * 3)])
    }
    return square
  }

  /// Half of a margin, a half rounded to the even neighbour, as the usual centre crops have it.
  private static func halfToEven(_ margin: Int) -> Int {
    Int((Double(margin) / 2).rounded(.toNearestOrEven))
  }
}
