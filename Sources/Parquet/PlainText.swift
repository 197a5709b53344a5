/// Byte arrays as `PLAIN` encodes them: each after its length in four bytes.
enum PlainText {
  /// Reads `count` values. Bytes after them do not count: fastparquet leaves some.
  static func read(
    _ bytes: ArraySlice<UInt8>, count: Int, place: FilePlace
  ) throws(ParquetError) -> [String] {
    guard count <= bytes.count / 4 else {
      throw place.truncated("\(count) values in \(bytes.count) bytes")
    }
    var values: [String] = []
    values.reserveCapacity(count)
    var rest = bytes
    for index in 0..<count {
      guard let length = rest.firstUInt32, length <= rest.count - 4 else {
        throw place.truncated("value \(index) is longer than what holds it")
      }
      let end = rest.startIndex + 4 + Int(length)
      guard let text = String(validating: rest[(rest.startIndex + 4)..<end], as: UTF8.self) else {
        throw place.unsupported(
          "value \(index) is not UTF-8", remedy: "read a column of text, or write it as UTF-8")
      }
      values.append(text)
      rest = rest[end...]
    }
    return values
  }
}
