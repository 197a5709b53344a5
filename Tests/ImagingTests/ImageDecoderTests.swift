import Testing

@testable import Imaging

@Suite struct ImageDecoderTests {
  let decoder = ImageDecoder()

  @Test func everyPNGTypeAndDepthDecodesExactly() throws {
    let names = try Fixture.names("png-")
    #expect(names.count == 38)
    for name in names {
      let image = try decoder.image(from: Fixture.bytes(name + ".png"))
      #expect(image.width == 11 && image.height == 9)
      let difference = Fixture.difference(image.pixels, try Fixture.bytes(name + ".rgb"))
      #expect(difference.largest == 0, "\(name): \(difference)")
    }
  }

  @Test func everyJPEGKindDecodesAsPillowDoes() throws {
    let names = try Fixture.names("jpeg-")
    #expect(names.count == 22)
    for name in names {
      let bytes = try Fixture.bytes(name + ".jpg")
      let image = try decoder.image(from: bytes)
      let turned = try decoder.header(of: bytes).orientation.swapsSides
      #expect((image.width, image.height) == (turned ? (16, 24) : (24, 16)))
      let difference = Fixture.difference(image.pixels, try Fixture.bytes(name + ".rgb"))
      #expect(difference.mean <= 0.5 && difference.largest <= 4, "\(name): \(difference)")
    }
  }

  @Test func everyWebPKindDecodesAsPillowDoes() throws {
    let names = try Fixture.names("webp-")
    #expect(names.count == 10)
    for name in names {
      let image = try decoder.image(from: Fixture.bytes(name + ".webp"))
      #expect((image.width, image.height) == (24, 16))
      let difference = Fixture.difference(image.pixels, try Fixture.bytes(name + ".rgb"))
      let tolerance = name.contains("lossless") || name.contains("whole") ? 0 : 2
      #expect(difference.largest <= tolerance, "\(name): \(difference)")
    }
  }

  @Test(arguments: [
    ("frame-outside", 13, 10), ("frame-sticks-out", 16, 13), ("no-screen", 6, 5),
    ("compressed", 40, 30),
  ])
  func gifScreensGrowToHoldTheFirstFrame(name: String, width: Int, height: Int) throws {
    let header = try decoder.header(of: Fixture.bytes("gif-\(name).gif"))
    #expect(
      header == ImageHeader(format: .gif, width: width, height: height, orientation: .upright))
  }

  @Test func everyGIFKindDecodesExactly() throws {
    let names = try Fixture.names("gif-")
    #expect(names.count == 17)
    for name in names {
      let image = try decoder.image(from: Fixture.bytes(name + ".gif"))
      let difference = Fixture.difference(image.pixels, try Fixture.bytes(name + ".rgb"))
      #expect(difference.largest == 0, "\(name): \(difference)")
    }
  }

  @Test(arguments: [("turned-png", "png"), ("turned-webp", "webp"), ("turned-webp-prefix", "webp")])
  func orientationIsAppliedInEveryFormatThatHasIt(name: String, type: String) throws {
    let bytes = try Fixture.bytes("\(name).\(type)")
    #expect(try decoder.header(of: bytes).orientation == .rotated90Clockwise)
    let image = try decoder.image(from: bytes)
    #expect((image.width, image.height) == (16, 24))
    #expect(try image.pixels == Fixture.bytes(name + ".rgb"))
  }

  @Test func impossibleOrientationsCountAsUpright() throws {
    var bytes = try Fixture.bytes("turned-webp.webp")
    let start = try #require(bytes.indices.last { bytes[$0...].starts(with: Array("II*".utf8)) })
    for value in [0, 9, 255] as [UInt8] {
      bytes[start + 18] = value
      #expect(try decoder.header(of: bytes).orientation == .upright)
    }
    // A directory that lies outside.
    bytes[start + 4] = 0xFF
    #expect(try decoder.header(of: bytes).orientation == .upright)
  }

  /// Every PNG fixture has a gAMA chunk too.
  @Test func colorSpacesOfAPNGAreIgnored() throws {
    let gamma = HostileFile.chunk("gAMA", HostileFile.bigEndian(220_000))
    let standard = HostileFile.chunk("sRGB", [1])
    let points = HostileFile.chunk("cHRM", [UInt8](repeating: 7, count: 32))
    for chunks in [standard, points, gamma + standard + points] {
      let bytes = try HostileFile.png(with: chunks)
      #expect(try decoder.image(from: bytes).pixels == Fixture.bytes("png-rgb-8.rgb"))
    }
  }

  @Test func anAnimatedPNGShowsItsStillPicture() throws {
    let control = HostileFile.chunk("acTL", HostileFile.bigEndian(2) + HostileFile.bigEndian(0))
    let frame = HostileFile.chunk("fdAT", [0, 0, 0, 1, 2, 3, 4])
    let bytes = try HostileFile.png(with: control + frame)
    #expect(try decoder.image(from: bytes).pixels == Fixture.bytes("png-rgb-8.rgb"))
  }

  @Test func orientationIsReadAndSizesAreThoseShown() throws {
    for orientation in 1...8 {
      let header = try decoder.header(of: Fixture.bytes("jpeg-orientation-\(orientation).jpg"))
      #expect(header.orientation.rawValue == orientation)
      #expect(header.width == (orientation >= 5 ? 16 : 24))
    }
  }

  @Test func trailingBytesAreFine() throws {
    for name in [
      "jpeg-baseline.jpg", "jpeg-progressive.jpg", "png-rgb-8.png", "webp-lossy.webp",
      "webp-animated-lossless.webp", "gif-global-4.gif", "gif-animated.gif",
    ] {
      let bytes = try Fixture.bytes(name)
      let garbage = (0..<500).map { UInt8(truncatingIfNeeded: $0 &* 37) }
      #expect(try decoder.image(from: bytes + garbage) == decoder.image(from: bytes))
    }
  }

  @Test(arguments: [
    "jpeg-baseline.jpg", "jpeg-progressive.jpg", "jpeg-grey.jpg", "jpeg-ycck.jpg",
    "jpeg-arithmetic.jpg", "png-rgba-16.png", "webp-lossy.webp", "webp-lossy-alpha.webp",
    "webp-lossless.webp", "webp-profile.webp", "webp-animated-lossy.webp", "gif-global-8.gif",
  ])
  func everyCutIsTruncatedNeverHalfAPicture(name: String) throws {
    let bytes = try Fixture.bytes(name)
    // A GIF's own end mark comes after its last picture: only the first one counts.
    let whole = name.hasSuffix(".gif") ? bytes.count - 1 : bytes.count
    for length in 12..<whole {
      let failure = Fixture.failure(Array(bytes[..<length]))
      #expect(failure?.reason == .truncated, "\(name) cut at \(length): \(failure as Any)")
    }
  }

  @Test func whatFollowsAGIFsFirstFrameDoesNotCount() throws {
    let bytes = try Fixture.bytes("gif-animated.gif")
    let whole = try decoder.image(from: bytes)
    let outcomes = (12..<bytes.count).map { Fixture.failure(Array(bytes[..<$0])) }
    let first = try #require(outcomes.firstIndex(of: nil))
    #expect(outcomes[..<first].allSatisfy { $0?.reason == .truncated })
    #expect(outcomes[first...].allSatisfy { $0 == nil } && first + 12 < bytes.count - 20)
    #expect(try decoder.image(from: Array(bytes[..<(first + 12)])) == whole)
  }

  @Test func damagedPixelDataIsCorrupt() throws {
    var png = try Fixture.bytes("png-rgb-8.png")
    png[png.count - 30] ^= 0x55
    #expect(Fixture.failure(png)?.reason == .corrupt)
    var jpeg = try Fixture.bytes("resize-photo.jpg")
    for index in stride(from: jpeg.count / 2, to: jpeg.count - 2, by: 3) { jpeg[index] = 0xFF }
    #expect(Fixture.failure(jpeg)?.reason == .corrupt)
    var webp = try Fixture.bytes("webp-lossless.webp")
    for index in 40..<80 { webp[index] = 0xFF }
    #expect(Fixture.failure(webp)?.reason == .corrupt)
    var gif = try Fixture.bytes("gif-compressed.gif")
    for index in gif.count / 2..<gif.count / 2 + 60 { gif[index] = 0xFF }
    #expect(Fixture.failure(gif)?.reason == .corrupt)
  }

  @Test func variantsThatNoLibraryDecodesAreUnsupported() throws {
    var bytes = try Fixture.bytes("jpeg-baseline.jpg")
    let start = try #require(bytes.indices.first { bytes[$0...].starts(with: [0xFF, 0xC0]) })
    bytes[start + 4] = 12
    #expect(Fixture.failure(bytes)?.reason == .unsupported)
    bytes[start + 4] = 8
    // Lossless, hierarchical, and lossless with arithmetic coding.
    for marker in [0xC3, 0xC5, 0xCB] as [UInt8] {
      bytes[start + 1] = marker
      #expect(Fixture.failure(bytes)?.reason == .unsupported, "\(marker)")
    }
  }

  @Test func theSameBytesGiveTheSameResult() throws {
    for name in try Fixture.files() {
      let bytes = try Fixture.bytes(name)
      let first = try decoder.image(from: bytes)
      #expect(try ImageDecoder().image(from: bytes) == first, "\(name)")
    }
  }

  @Test func halfSizeDecodingKeepsTheSideAskedFor() throws {
    let bytes = try Fixture.bytes("resize-photo.jpg")
    for (side, height) in [(240, 240), (121, 240), (120, 120), (60, 60), (30, 30), (1, 30)] {
      let image = try decoder.image(from: bytes, shorterSideAtLeast: side)
      #expect(image.height == height && image.width == height * 4 / 3)
    }
  }
}
