extension ThriftCompactReader {
  /// How a value is written.
  enum WireType: UInt8 {
    case yes = 1
    case no, byte, int16, int32, int64, double, binary, list, set, map, structure, uuid
  }

  /// A field of a structure; its value follows.
  struct Field {
    let id: Int16
    let type: WireType
  }

  /// Reads a structure; `read` must read or skip the value of each field.
  mutating func readFields(
    _ read: (inout Self, Field) throws(ParquetError) -> Void
  ) throws(ParquetError) {
    try nested { reader throws(ParquetError) in
      var id: Int16 = 0
      while let field = try reader.nextField(after: id) {
        try read(&reader, field)
        id = field.id
      }
    }
  }

  private mutating func nextField(after id: Int16) throws(ParquetError) -> Field? {
    let head = try byte()
    if head == 0 { return nil }
    let type = try wireType(head & 0x0F)
    if head >> 4 == 0 { return Field(id: try integer(), type: type) }
    let (next, overflows) = id.addingReportingOverflow(Int16(head >> 4))
    guard !overflows else { throw malformed("a field number over \(Int16.max)") }
    return Field(id: next, type: type)
  }

  /// Reads a structure that is a field of another.
  mutating func structure(
    _ field: Field, _ read: (inout Self, Field) throws(ParquetError) -> Void
  ) throws(ParquetError) {
    try require(.structure, field)
    try readFields(read)
  }

  /// Reads a list of structures; `read` must read one.
  mutating func structures<Element>(
    _ field: Field, limit: Int = .max, _ read: (inout Self) throws(ParquetError) -> Element
  ) throws(ParquetError) -> [Element] {
    try require(.list, field)
    let (type, count) = try listHead()
    guard count == 0 || type == .structure else { throw unexpected(field) }
    guard count <= limit else {
      throw place.unsupported(
        "a list of \(count) elements, where at most \(limit) are read",
        remedy: "write a file of fewer columns")
    }
    var elements: [Element] = []
    try nested { reader throws(ParquetError) in
      for _ in 0..<count { elements.append(try read(&reader)) }
    }
    return elements
  }

  mutating func int32(_ field: Field) throws(ParquetError) -> Int32 {
    try require(.int32, field)
    return try integer()
  }

  mutating func int64(_ field: Field) throws(ParquetError) -> Int64 {
    try require(.int64, field)
    return try integer()
  }

  mutating func string(_ field: Field) throws(ParquetError) -> String {
    try require(.binary, field)
    let length = try count("bytes of text")
    let start = position
    try advance(length)
    guard let text = String(validating: bytes[start..<position], as: UTF8.self) else {
      throw malformed("a name that is not UTF-8")
    }
    return text
  }

  private func require(_ type: WireType, _ field: Field) throws(ParquetError) {
    guard field.type == type else { throw unexpected(field) }
  }

  private func unexpected(_ field: Field) -> ParquetError {
    malformed("field \(field.id) is of another type than the format's")
  }
}
