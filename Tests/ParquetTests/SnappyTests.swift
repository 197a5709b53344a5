import Testing

@testable import Parquet

@Suite struct SnappyTests {
  private let place = FilePlace(file: "x.parquet", part: "page")

  private func text(_ bytes: [UInt8], count: Int) throws -> String {
    let output = try Snappy.decompress(bytes[...], byteCount: count, place: place)
    #expect(output.count == count)
    return String(decoding: output, as: UTF8.self)
  }

  private func problem(_ bytes: [UInt8], count: Int) -> String? {
    failure { _ = try Snappy.decompress(bytes[...], byteCount: count, place: place) }
  }

  @Test func literalsOfEachLengthAreRead() throws {
    #expect(try text([3, 2 << 2] + Array("abc".utf8), count: 3) == "abc")
    #expect(try text([0], count: 0) == "")
    for (count, head): (Int, [UInt8]) in [
      (60, [59 << 2]), (61, [60 << 2, 60]), (300, [61 << 2, 0x2B, 1]),
      (300, [62 << 2, 0x2B, 1, 0]), (300, [63 << 2, 0x2B, 1, 0, 0]),
    ] {
      let letters = (0..<count).map { UInt8(0x61 + $0 % 26) }
      let length: [UInt8] = count < 128 ? [UInt8(count)] : [0xAC, 2]
      #expect(try text(length + head + letters, count: count).utf8.elementsEqual(letters))
    }
  }

  @Test func copiesOfEachKindAreRead() throws {
    let abcd: [UInt8] = [3 << 2] + Array("abcd".utf8)
    // One byte of distance, 4 to 11 bytes.
    #expect(try text([8] + abcd + [0 << 2 | 1, 4], count: 8) == "abcdabcd")
    #expect(try text([15] + abcd + [7 << 2 | 1, 3], count: 15) == "abcdbcdbcdbcdbc")
    // Two bytes and four bytes of distance, 1 to 64 bytes.
    #expect(try text([5] + abcd + [0 << 2 | 2, 2, 0], count: 5) == "abcdc")
    #expect(try text([10] + abcd + [5 << 2 | 2, 1, 0], count: 10) == "abcddddddd")
    #expect(try text([6] + abcd + [1 << 2 | 3, 4, 0, 0, 0], count: 6) == "abcdab")
    // A distance over 255 in its three high bits.
    let many: [UInt8] = [0xAC, 2, 61 << 2, 0x27, 1] + (0..<296).map { UInt8($0 % 251) }
    let copied = try Snappy.decompress(
      (many + [1 << 5 | 1, 0x28])[...], byteCount: 300, place: place)
    #expect(copied.suffix(4) == [0, 1, 2, 3])
  }

  @Test func slicesAreReadFromTheirStart() throws {
    let bytes: [UInt8] = [9, 9, 3, 2 << 2] + Array("abc".utf8) + [9]
    let output = try Snappy.decompress(bytes[2..<7], byteCount: 3, place: place)
    #expect(output == Array("abc".utf8))
  }

  @Test func brokenInputIsNamed() {
    let abcd: [UInt8] = [3 << 2] + Array("abcd".utf8)
    for (bytes, count, expected): ([UInt8], Int, String) in [
      ([], 0, "ends within a length"), ([0x80], 1, "ends within a length"),
      ([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0], 1, "a Snappy length of over 35 bits"),
      ([4] + abcd, 5, "4 bytes of Snappy, 5 are announced"),
      ([5] + abcd, 5, "Snappy ends after 4 of 5 bytes"),
      ([4] + abcd.dropLast(), 4, "a Snappy literal of 4 bytes, 3 are left"),
      ([3] + abcd, 3, "Snappy holds more than the 3 bytes announced"),
      ([5] + abcd + [1 << 2 | 2, 1, 0], 5, "Snappy holds more than the 5 bytes announced"),
      ([8] + abcd + [1, 0], 8, "a Snappy copy from 0 bytes before byte 4"),
      ([8] + abcd + [1, 5], 8, "a Snappy copy from 5 bytes before byte 4"),
      ([8] + abcd + [3, 0xFF, 0xFF, 0xFF, 0xFF], 8, "a Snappy copy from 4294967295 bytes"),
      ([8] + abcd + [1], 8, "ends within a length or a distance"),
      ([8] + abcd + [2, 1], 8, "ends within a length or a distance"),
      ([8, 63 << 2, 0xFF, 0xFF, 0xFF, 0xFF], 8, "a Snappy literal of 4294967296 bytes"),
      ([8, 63 << 2, 0xFF, 0xFF], 8, "ends within a length or a distance"),
      (
        [0x80, 0x80, 0x80, 0x80, 1, 0], 1 << 28,
        "6 bytes of Snappy cannot hold the 268435456 bytes announced"
      ),
    ] {
      let message = problem(bytes, count: count)
      #expect(
        message?.hasPrefix("x.parquet: page: ") == true && message?.contains(expected) == true,
        "\(expected): \(message ?? "read")")
    }
  }
}
