extension RGBImage {
  /// Composites RGBA pixels (alpha not premultiplied) on white: c·a + 255·(1 − a), rounded.
  ///
  /// - Parameter pixels: `width · height · 4` bytes; reused for the result.
  init(width: Int, height: Int, compositingOnWhite pixels: consuming [UInt8]) {
    precondition(pixels.count == width * height * 4, "RGBA pixels of the wrong size")
    var read = 0
    var written = 0
    while read < pixels.count {
      let alpha = UInt32(pixels[read + 3])
      for channel in 0..<3 {
        let blended = UInt32(pixels[read + channel]) * alpha + 255 * (255 - alpha) + 128
        pixels[written + channel] = UInt8(truncatingIfNeeded: (blended + blended >> 8) >> 8)
      }
      read += 4
      written += 3
    }
    pixels.removeLast(pixels.count - written)
    self.init(width: width, height: height, pixels: pixels)
  }
}
