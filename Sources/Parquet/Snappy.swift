/// Decompresses Snappy's raw format, as pages hold it: the length, then literals and copies of what
/// has been written (format_description.txt of Snappy).
struct Snappy {
  private let input: ArraySlice<UInt8>
  private let place: FilePlace
  private var position: Int
  private var output: [UInt8]
  private var written = 0

  /// The bytes that `input` stands for.
  ///
  /// - Parameter byteCount: bytes that are expected; anything else is an error.
  static func decompress(
    _ input: ArraySlice<UInt8>, byteCount: Int, place: FilePlace
  ) throws(ParquetError) -> [UInt8] {
    // Three bytes stand for 64 at most: a short input cannot make a large buffer be reserved.
    guard byteCount / 64 <= input.count / 3 + 1 else {
      throw place.malformed(
        "\(input.count) bytes of Snappy cannot hold the \(byteCount) bytes announced")
    }
    var decoder = Snappy(input, byteCount: byteCount, place: place)
    try decoder.decompress()
    return decoder.output
  }

  private init(_ input: ArraySlice<UInt8>, byteCount: Int, place: FilePlace) {
    self.input = input
    self.place = place
    position = input.startIndex
    output = [UInt8](repeating: 0, count: byteCount)
  }

  private mutating func decompress() throws(ParquetError) {
    let length = try readLength()
    guard length == output.count else {
      throw place.malformed("\(length) bytes of Snappy, \(output.count) are announced")
    }
    while position < input.endIndex {
      let tag = input[position]
      position += 1
      switch tag & 3 {
      case 0: try readLiteral(tag)
      case 1:
        let low = try number(width: 1)
        try copy(count: 4 + Int(tag >> 2 & 7), distance: Int(tag >> 5) << 8 | low)
      case 2: try copy(count: 1 + Int(tag >> 2), distance: number(width: 2))
      default: try copy(count: 1 + Int(tag >> 2), distance: number(width: 4))
      }
    }
    guard written == output.count else {
      throw place.truncated("Snappy ends after \(written) of \(output.count) bytes")
    }
  }

  private mutating func readLength() throws(ParquetError) -> Int {
    var length = 0
    for shift in stride(from: 0, to: 35, by: 7) {
      let byte = try number(width: 1)
      length |= (byte & 0x7F) << shift
      if byte < 0x80 { return length }
    }
    throw place.malformed("a Snappy length of over 35 bits")
  }

  private mutating func readLiteral(_ tag: UInt8) throws(ParquetError) {
    var count = Int(tag >> 2)
    // Lengths from 61 on are in one to four bytes of their own.
    if count >= 60 { count = try number(width: count - 59) }
    count += 1
    guard count <= input.endIndex - position else {
      throw place.truncated(
        "a Snappy literal of \(count) bytes, \(input.endIndex - position) are left")
    }
    try requireRoom(count)
    output.replaceSubrange(
      written..<(written + count), with: input[position..<(position + count)])
    position += count
    written += count
  }

  private mutating func copy(count: Int, distance: Int) throws(ParquetError) {
    guard distance > 0, distance <= written else {
      throw place.malformed("a Snappy copy from \(distance) bytes before byte \(written)")
    }
    try requireRoom(count)
    // Byte after byte, since a copy may go on into what it writes.
    for index in written..<(written + count) { output[index] = output[index - distance] }
    written += count
  }

  private func requireRoom(_ count: Int) throws(ParquetError) {
    guard count <= output.count - written else {
      throw place.malformed("Snappy holds more than the \(output.count) bytes announced")
    }
  }

  /// A number in one to four bytes, the low one first.
  private mutating func number(width: Int) throws(ParquetError) -> Int {
    guard width <= input.endIndex - position else {
      throw place.truncated("Snappy ends within a length or a distance")
    }
    var value = 0
    for index in 0..<width { value |= Int(input[position + index]) << (8 * index) }
    position += width
    return value
  }
}
