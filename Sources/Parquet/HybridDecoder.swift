/// Decodes the hybrid of runs and bit-packed groups in which definition levels and dictionary
/// indices are written (`RLE` in Parquet's Encodings.md).
///
/// Bytes after the last value wanted do not count: some writers pad.
struct HybridDecoder {
  private let bytes: ArraySlice<UInt8>
  private let bitWidth: Int
  private let place: FilePlace
  private var position: Int

  /// - Parameter bitWidth: bits of each value, 0 to 32.
  init(_ bytes: ArraySlice<UInt8>, bitWidth: Int, place: FilePlace) {
    precondition((0...32).contains(bitWidth))
    self.bytes = bytes
    self.bitWidth = bitWidth
    self.place = place
    position = bytes.startIndex
  }

  /// The next values, exactly `count` of them.
  mutating func values(_ count: Int) throws(ParquetError) -> [UInt32] {
    var values: [UInt32] = []
    values.reserveCapacity(count)
    while values.count < count {
      let wanted = count - values.count
      let head = try runHead()
      if head & 1 == 0 {
        let length = head >> 1
        guard length <= wanted else {
          throw place.malformed("a run of \(length) values, where \(wanted) are left")
        }
        values += repeatElement(try runValue(), count: length)
      } else {
        try unpack(groups: head >> 1, wanted: wanted, into: &values)
      }
    }
    return values
  }

  /// Twice the length of a run, or twice the number of groups and one more.
  private mutating func runHead() throws(ParquetError) -> Int {
    var value = 0
    for shift in stride(from: 0, to: 35, by: 7) {
      guard position < bytes.endIndex else {
        throw place.truncated("runs of values that end too early")
      }
      let byte = bytes[position]
      position += 1
      value |= Int(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw place.malformed("a run length of over 35 bits")
  }

  private mutating func runValue() throws(ParquetError) -> UInt32 {
    let width = (bitWidth + 7) / 8
    guard width <= bytes.endIndex - position else {
      throw place.truncated("runs of values that end within a value")
    }
    var value: UInt32 = 0
    for index in 0..<width { value |= UInt32(bytes[position + index]) << UInt32(8 * index) }
    position += width
    return value
  }

  /// Groups of eight values each. The last group may be cut where its values are not wanted.
  private mutating func unpack(
    groups: Int, wanted: Int, into values: inout [UInt32]
  ) throws(ParquetError) {
    // At most 2³⁵ groups of 32 bytes: no overflow.
    let count = min(8 * groups, wanted)
    let available = bytes.endIndex - position
    guard (count * bitWidth + 7) / 8 <= available else {
      throw place.truncated(
        "\(count) packed values of \(bitWidth) bits in \(available) bytes")
    }
    let mask = UInt64(1) << UInt64(bitWidth) - 1
    var (bits, bitCount, index) = (UInt64(0), 0, position)
    for _ in 0..<count {
      while bitCount < bitWidth {
        bits |= UInt64(bytes[index]) << UInt64(bitCount)
        bitCount += 8
        index += 1
      }
      values.append(UInt32(truncatingIfNeeded: bits & mask))
      bits >>= UInt64(bitWidth)
      bitCount -= bitWidth
    }
    position += min(groups * bitWidth, available)
  }
}
