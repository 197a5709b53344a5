import Testing

@testable import Parquet

@Suite struct HybridDecoderTests {
  private let place = FilePlace(file: "x.parquet", part: "page")

  private func values(_ bytes: [UInt8], bitWidth: Int, count: Int) throws -> [UInt32] {
    var decoder = HybridDecoder(bytes[...], bitWidth: bitWidth, place: place)
    return try decoder.values(count)
  }

  /// Groups of eight values, packed from the low bits on.
  private func packed(_ values: [UInt32], bitWidth: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: bitWidth * (values.count / 8))
    for (index, value) in values.enumerated() {
      for bit in 0..<bitWidth where value >> UInt32(bit) & 1 == 1 {
        let place = index * bitWidth + bit
        bytes[place / 8] |= 1 << UInt8(place % 8)
      }
    }
    return [UInt8(values.count / 8 * 2 + 1)] + bytes
  }

  @Test func runsAreRead() throws {
    #expect(try values([5 << 1, 1], bitWidth: 1, count: 5) == [1, 1, 1, 1, 1])
    #expect(
      try values([2 << 1, 0x34, 0x12, 1 << 1, 1, 0], bitWidth: 13, count: 3)
        == [0x1234, 0x1234, 1])
    #expect(
      try values([1 << 1, 1, 2, 3, 0xFF], bitWidth: 32, count: 1) == [0xFF03_0201])
    #expect(try values([3 << 1], bitWidth: 0, count: 3) == [0, 0, 0])
    #expect(try values([0xD8, 4, 7], bitWidth: 3, count: 300) == Array(repeating: 7, count: 300))
    #expect(try values([], bitWidth: 1, count: 0) == [])
    // An empty run, and bytes after the last value.
    #expect(try values([0, 0, 1 << 1, 1, 9, 9], bitWidth: 1, count: 1) == [1])
  }

  @Test(arguments: 1...32) func packedGroupsOfEachWidthAreRead(bitWidth: Int) throws {
    let mask = UInt32(truncatingIfNeeded: UInt64(1) << UInt64(bitWidth) - 1)
    let numbers = (0..<24).map { UInt32(truncatingIfNeeded: $0 &* 0x9E37_79B9) & mask }
    let bytes = packed(numbers, bitWidth: bitWidth)
    #expect(try values(bytes, bitWidth: bitWidth, count: 24) == numbers)
    // The last group holds values that are not wanted, and may lack their bytes.
    #expect(try values(bytes, bitWidth: bitWidth, count: 17) == Array(numbers[..<17]))
    let needed = 1 + (17 * bitWidth + 7) / 8
    #expect(
      try values(Array(bytes[..<needed]), bitWidth: bitWidth, count: 17) == Array(numbers[..<17]))
    #expect(throws: ParquetError.self) {
      try values(Array(bytes[..<(needed - 1)]), bitWidth: bitWidth, count: 17)
    }
    let run: [UInt8] = [2 << 1] + Array(repeating: 0, count: (bitWidth + 7) / 8)
    #expect(
      try values(bytes + run + bytes, bitWidth: bitWidth, count: 50)
        == numbers + [0, 0] + numbers)
  }

  @Test func brokenRunsAreNamed() {
    for (bytes, bitWidth, expected): ([UInt8], Int, String) in [
      ([], 1, "runs of values that end too early"), ([0x80], 1, "runs of values that end too"),
      ([6 << 1, 1], 1, "a run of 6 values, where 5 are left"),
      ([4 << 1, 1], 1, "runs of values that end too early"),
      ([5 << 1], 1, "runs of values that end within a value"),
      ([5 << 1, 1], 9, "runs of values that end within a value"),
      ([1 << 1 | 1], 1, "5 packed values of 1 bits in 0 bytes"),
      ([0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 1], 32, "5 packed values of 32 bits in 1 bytes"),
      ([0xFE, 0xFF, 0xFF, 0xFF, 0x7F, 1], 1, "a run of 17179869183 values"),
      ([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1], 1, "a run length of over 35 bits"),
    ] {
      let message = failure { _ = try values(bytes, bitWidth: bitWidth, count: 5) }
      #expect(message?.contains(expected) == true, "\(expected): \(message ?? "read")")
    }
  }
}
