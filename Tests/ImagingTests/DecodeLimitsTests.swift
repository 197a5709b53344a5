import Testing

@testable import Imaging

@Suite struct DecodeLimitsTests {
  /// A PNG header that claims a size, with a sliver of data.
  func png(width: Int, height: Int) throws -> [UInt8] {
    try HostileFile.png(width: width, height: height)
  }

  @Test func oversizedHeadersStopBeforeDecoding() throws {
    let bomb = try png(width: 30_000, height: 30_000)
    #expect(
      Fixture.failure(bomb)
        == ImageDecodeError(
          .tooLarge, "30000 × 30000 pixels, the limit is 100000000 pixels"))
    let strip = try png(width: 100_000, height: 1)
    #expect(Fixture.failure(strip)?.reason == .tooLarge)
    let huge = try png(width: 0x7FFF_FFFF, height: 0x7FFF_FFFF)
    #expect(Fixture.failure(huge)?.reason == .tooLarge)
  }

  @Test func sizesTheBytesCannotHoldAreTruncatedWithoutDecoding() throws {
    let failure = Fixture.failure(try png(width: 9_000, height: 9_000))
    #expect(failure?.reason == .truncated)
    #expect(failure?.detail.contains("9000 × 9000 pixels in") == true)
  }

  @Test func fileSizeAndSmallestSideAreLimited() throws {
    let bytes = try Fixture.bytes("png-rgb-8.png")
    let large = Fixture.failure(bytes, limits: DecodeLimits(maximumBytes: 100))
    #expect(large == ImageDecodeError(.tooLarge, "\(bytes.count) bytes, the limit is 100"))
    let small = Fixture.failure(bytes, limits: DecodeLimits(minimumSide: 10))
    #expect(
      small == ImageDecodeError(.tooSmall, "11 × 9 pixels, the shortest side allowed is 10"))
    #expect(Fixture.failure(try png(width: 1, height: 1))?.reason == .tooSmall)
    #expect(Fixture.failure([]) == ImageDecodeError(.empty, "the file has no bytes"))
  }

  @Test func scansAndDecoderMemoryAreLimited() throws {
    let bytes = try Fixture.bytes("jpeg-progressive.jpg")
    let scans = Fixture.failure(bytes, limits: DecodeLimits(maximumScans: 2))
    #expect(scans == ImageDecodeError(.tooLarge, "jpeg: more than 2 scans"))
    let large = try Fixture.bytes("limits-progressive.jpg")
    let memory = Fixture.failure(large, limits: DecodeLimits(decoderMemory: 100_000))
    #expect(memory?.reason == .tooLarge)
    let lossless = Fixture.failure(
      try Fixture.bytes("webp-lossless.webp"), limits: DecodeLimits(decoderMemory: 1000))
    #expect(
      lossless
        == ImageDecodeError(.tooLarge, "webp: needs 1536 bytes to decode, the limit is 1000"))
    let alpha = Fixture.failure(
      try Fixture.bytes("webp-lossy-alpha.webp"), limits: DecodeLimits(decoderMemory: 1000))
    #expect(alpha?.reason == .tooLarge)
  }

  /// A hundred groups of codes for 40 × 40 pixels: libwebp makes tables for each.
  @Test func codeTablesOfLosslessWebPAreLimited() throws {
    let bytes = try Fixture.bytes("limits-groups.webp")
    #expect(try ImageDecoder().image(from: bytes).width == 40)
    #expect(
      Fixture.failure(bytes, limits: DecodeLimits(decoderMemory: 1 << 20))
        == ImageDecodeError(
          .tooLarge, "webp: needs 2066400 bytes to decode, the limit is 1048576"))
    // Too short for its codes, though all sizes agree.
    for length in 30..<bytes.count - 20 {
      let failure = Fixture.failure(cut(bytes, to: length))
      #expect([.truncated, .corrupt].contains(failure?.reason), "\(length)")
    }
  }

  /// The first bytes of a WebP, with sizes that agree with them.
  func cut(_ bytes: [UInt8], to length: Int) -> [UInt8] {
    HostileFile.webp(HostileFile.riffChunk("VP8L", Array(bytes[20..<length])))
  }
}
