import CImageCodecs

/// Writes pictures as JPEGs, for thumbnails and to have files that decoding can be measured on:
/// baseline, 4:2:0.
package struct JPEGEncoder: Sendable {
  /// 1 to 100.
  package let quality: Int

  package init(quality: Int) {
    precondition((1...100).contains(quality), "quality \(quality)")
    self.quality = quality
  }

  /// - Throws: `ImageDecodeError` with the library's words, for a picture without pixels or with a
  ///   side beyond the format's 65,500.
  package func bytes(of image: RGBImage) throws(ImageDecodeError) -> [UInt8] {
    // No coding of such a quality takes more bytes than the pixels, but for the headers.
    var bytes = [UInt8](repeating: 0, count: image.pixels.count * 2 + 4096)
    var length = 0
    var message = codec_message()
    let status = image.pixels.withUnsafeBufferPointer { source in
      bytes.withUnsafeMutableBufferPointer { target in
        codec_jpeg_encode(
          source.baseAddress, UInt32(image.width), UInt32(image.height), UInt32(quality),
          target.baseAddress, target.count, &length, &message)
      }
    }
    guard status == CODEC_OK else {
      throw ImageDecodeError(.unsupported, "jpeg: \(Codec.text(of: message))")
    }
    // A copy, so that the rest of the memory does not stay with the file.
    return Array(bytes[..<length])
  }
}
