import Testing

@testable import Imaging

@Suite struct ImageDecoderTests {
  let decoder = ImageDecoder()

  @Test func everyPNGTypeAndDepthDecodesExactly() throws {
    let names = try Fixture.names("png-")
    #expect(names.count == 34)
    for name in names {
      let image = try decoder.image(from: Fixture.bytes(name + ".png"))
      #expect(image.width == 11 && image.height == 9)
      let difference = Fixture.difference(image.pixels, try Fixture.bytes(name + ".rgb"))
      #expect(difference.largest == 0, "\(name): \(difference)")
    }
  }

  @Test func everyJPEGKindDecodesAsPillowDoes() throws {
    let names = try Fixture.names("jpeg-")
    #expect(names.count == 14)
    for name in names {
      let bytes = try Fixture.bytes(name + ".jpg")
      let image = try decoder.image(from: bytes)
      let turned = try decoder.header(of: bytes).orientation.swapsSides
      #expect((image.width, image.height) == (turned ? (16, 24) : (24, 16)))
      let difference = Fixture.difference(image.pixels, try Fixture.bytes(name + ".rgb"))
      #expect(difference.mean <= 0.5 && difference.largest <= 4, "\(name): \(difference)")
    }
  }

  @Test func orientationIsReadAndSizesAreThoseShown() throws {
    for orientation in 1...8 {
      let header = try decoder.header(of: Fixture.bytes("jpeg-orientation-\(orientation).jpg"))
      #expect(header.orientation.rawValue == orientation)
      #expect(header.width == (orientation >= 5 ? 16 : 24))
    }
  }

  @Test func trailingBytesAreFine() throws {
    for name in ["jpeg-baseline.jpg", "jpeg-progressive.jpg", "png-rgb-8.png"] {
      let bytes = try Fixture.bytes(name)
      let garbage = (0..<500).map { UInt8(truncatingIfNeeded: $0 &* 37) }
      #expect(try decoder.image(from: bytes + garbage) == decoder.image(from: bytes))
    }
  }

  @Test func everyCutIsTruncatedNeverHalfAPicture() throws {
    for name in ["jpeg-baseline.jpg", "jpeg-progressive.jpg", "jpeg-grey.jpg", "png-rgba-16.png"] {
      let bytes = try Fixture.bytes(name)
      for length in 12..<bytes.count {
        let failure = Fixture.failure(Array(bytes[..<length]))
        #expect(failure?.reason == .truncated, "\(name) cut at \(length): \(failure as Any)")
      }
    }
  }

  @Test func damagedPixelDataIsCorrupt() throws {
    var png = try Fixture.bytes("png-rgb-8.png")
    png[png.count - 30] ^= 0x55
    #expect(Fixture.failure(png)?.reason == .corrupt)
    var jpeg = try Fixture.bytes("resize-photo.jpg")
    for index in stride(from: jpeg.count / 2, to: jpeg.count - 2, by: 3) { jpeg[index] = 0xFF }
    #expect(Fixture.failure(jpeg)?.reason == .corrupt)
  }

  @Test func halfSizeDecodingKeepsTheSideAskedFor() throws {
    let bytes = try Fixture.bytes("resize-photo.jpg")
    for (side, height) in [(240, 240), (121, 240), (120, 120), (60, 60), (30, 30), (1, 30)] {
      let image = try decoder.image(from: bytes, shorterSideAtLeast: side)
      #expect(image.height == height && image.width == height * 4 / 3)
    }
  }
}
