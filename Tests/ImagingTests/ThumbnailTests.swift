import Testing

@testable import Imaging

@Suite struct ThumbnailTests {
  /// A smooth picture, red from left to right and green from top to bottom.
  private func gradient(width: Int, height: Int) -> RGBImage {
    var pixels: [UInt8] = []
    for row in 0..<height {
      for column in 0..<width {
        pixels += [UInt8(column * 255 / width), UInt8(row * 255 / height), 90]
      }
    }
    return RGBImage(width: width, height: height, pixels: pixels)
  }

  @Test func itIsTheWholePictureInProportion() throws {
    let picture = gradient(width: 900, height: 600)
    let file = try JPEGEncoder(quality: 95).bytes(of: picture)
    let small = try ImageDecoder().image(from: Thumbnail(longerSide: 300).jpeg(of: file))
    #expect((small.width, small.height) == (300, 200))
    let expected = picture.resampled(toWidth: 300, height: 200)
    let difference = Fixture.difference(small.pixels, expected.pixels)
    #expect(difference.mean < 2 && difference.largest < 16, "\(difference)")
  }

  @Test(arguments: [
    (900, 600, 300, 200), (600, 900, 200, 300), (40, 30, 40, 30), (300, 300, 300, 300),
    (60_000, 2, 300, 1), (301, 2, 300, 2),
  ])
  func sizesStayInProportion(_ width: Int, _ height: Int, _ small: Int, _ low: Int) {
    #expect(Thumbnail(longerSide: 300).size(width: width, height: height) == (small, low))
  }

  @Test func everyDecodableFileHasOne() throws {
    let thumbnail = Thumbnail(longerSide: 8)
    for name in try Fixture.files() {
      let bytes = try Fixture.bytes(name)
      guard let header = try? ImageDecoder().header(of: bytes), Fixture.failure(bytes) == nil
      else { continue }
      let small = try ImageDecoder(limits: DecodeLimits(minimumSide: 1)).image(
        from: thumbnail.jpeg(of: bytes))
      #expect(
        (small.width, small.height) == thumbnail.size(width: header.width, height: header.height),
        "\(name)")
      #expect(max(small.width, small.height) <= 8, "\(name)")
    }
  }

  @Test func whatIsNoPictureHasNone() {
    #expect(throws: ImageDecodeError.self) {
      try Thumbnail(longerSide: 8).jpeg(of: Array("<svg onload=alert(1)>".utf8))
    }
  }
}
