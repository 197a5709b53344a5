/// A small copy of a picture, for pages that show many.
public struct Thumbnail: Sendable {
  /// Pixels of the longer side; smaller pictures keep their size.
  public let longerSide: Int
  private let encoder: JPEGEncoder
  private let decoder: ImageDecoder

  /// - Parameters:
  ///   - longerSide: pixels of the longer side, 1 to 65,500.
  ///   - quality: the JPEG's, 1 to 100.
  ///   - limits: what the picture may cost.
  public init(longerSide: Int, quality: Int = 80, limits: DecodeLimits = DecodeLimits()) {
    precondition((1...65_500).contains(longerSide), "a thumbnail of \(longerSide) pixels")
    self.longerSide = longerSide
    encoder = JPEGEncoder(quality: quality)
    decoder = ImageDecoder(limits: limits)
  }

  /// A JPEG of the whole picture: oriented, alpha composited on white, in proportion.
  ///
  /// - Throws: `ImageDecodeError` for what is no picture, or costs more than the limits.
  public func jpeg(of bytes: [UInt8]) throws(ImageDecodeError) -> [UInt8] {
    let header = try decoder.header(of: bytes)
    let (width, height) = size(width: header.width, height: header.height)
    // Twice the size is left to reduce, so that reduced decoding costs no sharpness.
    let picture = try decoder.image(
      from: bytes, shorterSideAtLeast: 2 * min(width, height))
    return try encoder.bytes(of: picture.resampled(toWidth: width, height: height))
  }

  /// The thumbnail's size for a picture of a size.
  func size(width: Int, height: Int) -> (width: Int, height: Int) {
    let longer = max(width, height)
    guard longer > longerSide else { return (width, height) }
    func reduced(_ side: Int) -> Int { max(1, (side * longerSide + longer / 2) / longer) }
    return (reduced(width), reduced(height))
  }
}
