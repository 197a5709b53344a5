/// Reads Thrift's compact protocol, in which Parquet's footer and page headers are written, never
/// past the end of the bytes.
struct ThriftCompactReader {
  let bytes: [UInt8]
  let place: FilePlace
  /// Bytes read so far.
  private(set) var position = 0
  private var depth = 0

  init(_ bytes: [UInt8], place: FilePlace) {
    self.bytes = bytes
    self.place = place
  }

  mutating func advance(_ count: Int) throws(ParquetError) {
    guard count <= bytes.count - position else {
      throw place.truncated("\(count) bytes wanted at byte \(position) of \(bytes.count)")
    }
    position += count
  }

  mutating func byte() throws(ParquetError) -> UInt8 {
    try advance(1)
    return bytes[position - 1]
  }

  mutating func variableLengthInteger() throws(ParquetError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      let byte = try byte()
      guard shift < 63 || byte <= 1 else { break }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw malformed("an integer of over 64 bits")
  }

  /// A signed integer, zigzag-coded.
  mutating func integer<Value: FixedWidthInteger>() throws(ParquetError) -> Value {
    let bits = try variableLengthInteger()
    let number = Int64(bitPattern: bits >> 1) ^ -Int64(bitPattern: bits & 1)
    guard let value = Value(exactly: number) else {
      throw malformed("\(number), which is no integer of \(Value.bitWidth) bits")
    }
    return value
  }

  /// A number of things that take a byte each at least, so that the bytes left bound it.
  mutating func count(_ things: String) throws(ParquetError) -> Int {
    let count = try variableLengthInteger()
    return try checked(count, things)
  }

  /// The type of a list's elements, nil where there are none, and their number.
  mutating func listHead() throws(ParquetError) -> (type: WireType?, count: Int) {
    let head = try byte()
    // Fifteen or more do not fit beside the type.
    let count =
      head >> 4 < 15
      ? try checked(UInt64(head >> 4), "elements of a list") : try count("elements of a list")
    return count == 0 ? (nil, 0) : (try wireType(head & 0x0F), count)
  }

  func wireType(_ code: UInt8) throws(ParquetError) -> WireType {
    guard let type = WireType(rawValue: code) else { throw malformed("a value of type \(code)") }
    return type
  }

  /// Reads something with parts of its own, of which the depth is limited.
  mutating func nested(
    _ read: (inout Self) throws(ParquetError) -> Void
  ) throws(ParquetError) {
    guard depth < ParquetLimits.thriftDepth else {
      throw malformed("structures more than \(ParquetLimits.thriftDepth) deep")
    }
    depth += 1
    try read(&self)
    depth -= 1
  }

  func malformed(_ detail: String) -> ParquetError {
    place.malformed("bad Thrift before byte \(position): \(detail)")
  }

  private func checked(_ count: UInt64, _ things: String) throws(ParquetError) -> Int {
    guard count <= UInt64(bytes.count - position) else {
      throw place.truncated("\(count) \(things) wanted at byte \(position) of \(bytes.count)")
    }
    return Int(count)
  }
}
