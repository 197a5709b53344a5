/// A picture as 8-bit RGB, channels interleaved, rows from the top. A value.
public struct RGBImage: Sendable, Equatable {
  /// Pixels per row.
  public let width: Int
  /// Number of rows.
  public let height: Int
  /// `width · height · 3` bytes: red, green, blue of the first row's first pixel, then on.
  public internal(set) var pixels: [UInt8]

  /// - Precondition: `pixels` holds exactly `width · height · 3` bytes.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(
      width >= 0 && height >= 0 && pixels.count == width * height * 3,
      "\(pixels.count) bytes for \(width) × \(height) RGB pixels")
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// A picture of one colour.
  public init(width: Int, height: Int, filledWith color: (UInt8, UInt8, UInt8)) {
    var pixels = [UInt8](repeating: color.0, count: width * height * 3)
    if color.0 != color.1 || color.1 != color.2 {
      for start in stride(from: 0, to: pixels.count, by: 3) {
        (pixels[start + 1], pixels[start + 2]) = (color.1, color.2)
      }
    }
    self.init(width: width, height: height, pixels: pixels)
  }

  /// The three channels at a column and a row.
  public subscript(column: Int, row: Int) -> (red: UInt8, green: UInt8, blue: UInt8) {
    precondition(column >= 0 && column < width && row >= 0 && row < height)
    let start = (row * width + column) * 3
    return (pixels[start], pixels[start + 1], pixels[start + 2])
  }

  /// The pixels as a network takes them: (value − 127) / 128, so -0.99 … 1, height × width × 3.
  public var normalized: [Float] {
    pixels.map { (Float($0) - 127) * (1 / 128) }
  }
}
