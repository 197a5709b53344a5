import Testing

@testable import Imaging

@Suite struct DecodeLimitsTests {
  /// A PNG header that claims a size, with a sliver of data.
  func png(width: UInt32, height: UInt32) throws -> [UInt8] {
    var bytes = try Fixture.bytes("png-rgb-8.png")
    for (offset, value) in [(16, width), (20, height)] {
      for index in 0..<4 {
        bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * index))
      }
    }
    let crc = crc32(bytes[12..<29])
    for index in 0..<4 {
      bytes[29 + index] = UInt8(truncatingIfNeeded: crc >> UInt32(24 - 8 * index))
    }
    return bytes
  }

  func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var state = UInt32.max
    for byte in bytes {
      state ^= UInt32(byte)
      for _ in 0..<8 {
        let polynomial: UInt32 = state & 1 == 1 ? 0xEDB8_8320 : 0
        state = (state >> 1) ^ polynomial
      }
    }
    return ~state
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
  }
}
