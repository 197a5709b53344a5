import Testing

@testable import Imaging

/// What else a file can do: claims far beyond its bytes, bombs, endless parts, two natures.
@Suite struct HostileImageTests {
  let decoder = ImageDecoder(limits: DecodeLimits(maximumSeconds: 10))

  /// Two gigabytes of text or colour profile, in 13 MB: skipped, never unpacked.
  @Test(arguments: [
    ("iCCP", "bomb\0\0"), ("zTXt", "Comment\0\0"), ("iTXt", "Comment\0\u{1}\0\0\0"),
  ])
  func compressedChunksOfAPNGAreNotUnpacked(type: String, start: String) throws {
    let chunk = HostileFile.chunk(
      type, Array(start.utf8) + HostileFile.bomb(expandingTo: 2 << 30))
    #expect(
      try decoder.image(from: HostileFile.png(with: chunk))
        == decoder.image(from: Fixture.bytes("png-rgb-8.png")))
  }

  @Test func aPNGChunkOfTwoGigabytesThatAreNotThereIsTruncated() throws {
    var chunk = HostileFile.chunk("zTXt", Array("Comment\0\0".utf8))
    chunk.replaceSubrange(0..<4, with: HostileFile.bigEndian(0x7FFF_FFFF))
    #expect(Fixture.failure(try HostileFile.png(with: chunk))?.reason == .truncated)
  }

  /// Pixel data that goes on after the last pixel is unpacked by libpng, but not for ever.
  @Test func aBombAfterTheLastPixelEndsByTheClock() throws {
    let pixels = HostileFile.chunk("IDAT", HostileFile.bomb(expandingTo: 64 << 20))
    let bytes = try HostileFile.png(with: pixels)
    let clock = SteppingClock(step: .milliseconds(500))
    let impatient = ImageDecoder(limits: DecodeLimits(maximumSeconds: 10), clock: clock.clock)
    #expect(throws: ImageDecodeError(.tooSlow, "png: not decoded within 10.0 s")) {
      try impatient.image(from: bytes)
    }
  }

  @Test func aJPEGHeaderOfFourGigapixelsIsTooLarge() throws {
    var bytes = try Fixture.bytes("jpeg-baseline.jpg")
    let start = try #require(bytes.indices.first { bytes[$0...].starts(with: [0xFF, 0xC0]) })
    bytes.replaceSubrange(start + 5..<start + 9, with: [0xFF, 0xFF, 0xFF, 0xFF])
    #expect(Fixture.failure(bytes)?.reason == .tooLarge)
    // The largest that libjpeg itself takes.
    bytes.replaceSubrange(start + 5..<start + 9, with: [0xFF, 0xDC, 0xFF, 0xDC])
    #expect(
      Fixture.failure(bytes)
        == ImageDecodeError(.tooLarge, "65500 × 65500 pixels, the limit is 100000000 pixels"))
    bytes.replaceSubrange(start + 5..<start + 9, with: [0x20, 0, 0x20, 0])
    #expect(Fixture.failure(bytes)?.reason == .truncated)
  }

  @Test func aGIFWithoutEndIsTruncated() {
    let endless = [UInt8](repeating: 1, count: 8 << 20)
    let comment = HostileFile.gifStart + [0x21, 0xFE] + endless
    #expect(Fixture.failure(comment)?.reason == .truncated)
    let many =
      HostileFile.gifStart + (0..<200_000).flatMap { _ in [0x21, 0xFE, 1, 65, 0] as [UInt8] }
    #expect(Fixture.failure(many)?.reason == .truncated)
    // Clear codes (16 of 5 bits) alone never make a pixel.
    let clears: [UInt8] = [5, 0b0001_0000, 0b0100_0010, 0b0000_1000, 0b0010_0001, 0b1000_0100]
    let data = Array(repeatElement(clears, count: 100_000).joined())
    let frame = HostileFile.gifStart + HostileFile.gifFrame([4] + data)
    #expect(Fixture.failure(frame)?.reason == .truncated)
  }

  @Test func aGIFsCodesAreChecked() {
    for size in [0, 1, 9, 12, 255] as [UInt8] {
      let bytes = HostileFile.gifStart + HostileFile.gifFrame([size, 2, 0xFF, 0xFF, 0, 0x3B])
      #expect([.corrupt, .truncated].contains(Fixture.failure(bytes)?.reason), "\(size)")
    }
    // A code that no code before it has defined.
    let ahead = HostileFile.gifStart + HostileFile.gifFrame([4, 2, 0b1111_0000, 0xFF, 0, 0x3B])
    #expect(Fixture.failure(ahead)?.reason == .corrupt)
    #expect(
      Fixture.failure(HostileFile.gifStart + [0x3B]) == ImageDecodeError(.corrupt, "gif: no frame"))
  }

  @Test func aGIFFrameFarOutsideIsTooLarge() throws {
    var bytes = try Fixture.bytes("gif-no-screen.gif")
    let frame = try #require(bytes.firstIndex(of: 0x2C))
    bytes.replaceSubrange(frame + 1..<frame + 5, with: [0xF0, 0xFF, 0xF0, 0xFF])
    #expect(
      Fixture.failure(bytes)
        == ImageDecodeError(.tooLarge, "65526 × 65525 pixels, the limit is 100000000 pixels"))
  }

  @Test func aHugeCanvasRoundATinyFrameIsTooLarge() throws {
    for side in [16_383, 1 << 24] {
      let bytes = HostileFile.webp(HostileFile.canvas(side, side) + (try HostileFile.frame()))
      #expect(Fixture.failure(bytes)?.reason == .tooLarge)
    }
    let bytes = HostileFile.webp(HostileFile.canvas(1000, 900) + (try HostileFile.frame(left: 976)))
    let image = try decoder.image(from: bytes)
    #expect((image.width, image.height) == (1000, 900))
    #expect(image[975, 0] == (255, 255, 255) && image[999, 16] == (255, 255, 255))
    let inner = image.cropped(columns: 976..<1000, rows: 0..<16)
    #expect(try inner.pixels == Fixture.bytes("webp-lossless.rgb"))
  }

  /// Lossless WebP stores a picture of one colour in no bits at all.
  @Test func flatLosslessPicturesAreBoundedByTheirPixels() throws {
    // Signature, 14 bits of width and of height less one, no alpha, version 0; no transform, no
    // cache, one group of five codes with a single symbol each.
    let sizes = 8_999 | 8_999 << 14
    let body = [0x2F] + HostileFile.littleEndian(sizes) + [0x88, 0x88, 0x08, 0, 0, 0, 0, 0]
    let bytes = HostileFile.webp(HostileFile.riffChunk("VP8L", body))
    #expect(
      Fixture.failure(bytes)
        == ImageDecodeError(
          .tooLarge, "webp: needs 324000000 bytes to decode, the limit is 268435456"))
  }

  @Test func sizesOfAWebPThatLieAreFound() throws {
    let pixels = Array(try Fixture.bytes("webp-lossless.webp")[12...])
    let lies: [(bytes: [UInt8], reason: ImageDecodeError.Reason)] = [
      (HostileFile.webp(pixels, claiming: 0), .corrupt),
      (HostileFile.webp(pixels, claiming: 4), .corrupt),
      (HostileFile.webp(pixels, claiming: 40), .corrupt),
      (HostileFile.webp(pixels, claiming: pixels.count + 5), .truncated),
      (HostileFile.webp(pixels, claiming: 0xFFFF_FFFF), .truncated),
      (HostileFile.webp(HostileFile.riffChunk("VP8L", pixels, claiming: 0xFFFF_FFFF)), .corrupt),
      (HostileFile.webp(HostileFile.riffChunk("VP8L", [])), .truncated),
      (HostileFile.webp(HostileFile.riffChunk("VP8X", [2, 0, 0])), .corrupt),
      (HostileFile.webp(HostileFile.canvas(24, 16)), .corrupt),
      (HostileFile.webp(HostileFile.canvas(24, 16) + HostileFile.riffChunk("ANMF", [1])), .corrupt),
      (HostileFile.webp(HostileFile.canvas(25, 16, flags: 0) + pixels), .corrupt),
      (HostileFile.webp(HostileFile.canvas(24, 16) + (try HostileFile.frame(left: 2))), .corrupt),
      (
        HostileFile.webp(HostileFile.canvas(24, 16) + (try HostileFile.frame(height: 15))), .corrupt
      ),
      (
        HostileFile.webp(HostileFile.canvas(24, 16) + (try HostileFile.frame(left: 0x1FF_FFFE))),
        .corrupt
      ),
    ]
    for (index, lie) in lies.enumerated() {
      #expect(Fixture.failure(lie.bytes)?.reason == lie.reason, "lie \(index)")
    }
    #expect(Fixture.failure(HostileFile.webp(pixels)) == nil)
  }

  /// The first bytes decide, and nothing after the first picture's end counts.
  @Test func aFileOfTwoFormatsIsTheFirst() throws {
    let names = ["jpeg-full-chroma.jpg", "png-rgb-8.png", "webp-lossy.webp", "gif-local.gif"]
    for first in names {
      let bytes = try Fixture.bytes(first)
      for second in names where second != first {
        #expect(
          try decoder.image(from: bytes + Fixture.bytes(second)) == decoder.image(from: bytes))
      }
    }
    let page = Array("GIF89a/*<script>*/=1;".utf8) + [UInt8](repeating: 0x20, count: 400)
    #expect(ImageFormat(recognizing: page) == .gif)
    #expect(Fixture.failure(page)?.reason == .corrupt)
    let jpeg = try Fixture.bytes("jpeg-baseline.jpg")
    let png = try Fixture.bytes("png-rgb-8.png")
    let comment = [0xFF, 0xFE] + HostileFile.bigEndian(png.count + 2)[2...] + png
    #expect(
      try decoder.image(from: jpeg[..<2] + comment + jpeg[2...]) == decoder.image(from: jpeg))
  }
}
