/// What a picture may cost. Sizes are checked against the file's size and header, before anything is
/// decoded; memory, scans and time while it is.
public struct DecodeLimits: Sendable, Equatable {
  /// Largest file, in bytes.
  public var maximumBytes: Int
  /// Largest width × height, as the header states it.
  public var maximumPixels: Int
  /// Longest side, in pixels.
  public var maximumSide: Int
  /// Shortest side, in pixels: below it a file is a tracking pixel or a spacer, not a picture.
  public var minimumSide: Int
  /// Memory a decoder may use beside the pixels, in bytes. Progressive JPEGs need 3 to 6 bytes a
  /// pixel here, lossless WebP 4, lossy WebP with alpha 5, all others next to nothing.
  public var decoderMemory: Int
  /// Most scans of a progressive JPEG.
  public var maximumScans: Int
  /// Longest time that decoding may take. The one limit that depends on the machine: it is there for
  /// files made to be slow, far from what a picture within the other limits needs.
  public var maximumSeconds: Double

  /// 64 MiB, 100 megapixels, sides of 2 to 65,535 pixels, 256 MiB of decoder memory, 100 scans,
  /// 20 seconds.
  public init(
    maximumBytes: Int = 64 << 20, maximumPixels: Int = 100_000_000, maximumSide: Int = 65_535,
    minimumSide: Int = 2, decoderMemory: Int = 256 << 20, maximumScans: Int = 100,
    maximumSeconds: Double = 20
  ) {
    self.maximumBytes = maximumBytes
    self.maximumPixels = maximumPixels
    self.maximumSide = maximumSide
    self.minimumSide = minimumSide
    self.decoderMemory = decoderMemory
    self.maximumScans = maximumScans
    self.maximumSeconds = maximumSeconds
  }

  func check(byteCount: Int) throws(ImageDecodeError) {
    guard byteCount > 0 else { throw ImageDecodeError(.empty, "the file has no bytes") }
    guard byteCount <= maximumBytes else {
      throw ImageDecodeError(.tooLarge, "\(byteCount) bytes, the limit is \(maximumBytes)")
    }
  }

  func check(width: Int, height: Int) throws(ImageDecodeError) {
    let size = "\(width) × \(height) pixels"
    guard width <= maximumSide, height <= maximumSide else {
      throw ImageDecodeError(.tooLarge, "\(size), the longest side allowed is \(maximumSide)")
    }
    guard width * height <= maximumPixels else {
      throw ImageDecodeError(.tooLarge, "\(size), the limit is \(maximumPixels) pixels")
    }
    guard min(width, height) >= minimumSide else {
      throw ImageDecodeError(.tooSmall, "\(size), the shortest side allowed is \(minimumSide)")
    }
  }
}
