extension ThriftCompactReader {
  /// Passes over a field that is of no interest.
  mutating func skip(_ field: Field) throws(ParquetError) {
    // A Boolean field has its value in its type.
    if field.type == .yes || field.type == .no { return }
    try skip(field.type)
  }

  /// Passes over a value outside a field. Each takes a byte at least, so that skipping a container
  /// takes no longer than its bytes.
  private mutating func skip(_ type: WireType) throws(ParquetError) {
    switch type {
    case .yes, .no, .byte: try advance(1)
    case .int16, .int32, .int64: _ = try variableLengthInteger()
    case .double: try advance(8)
    case .uuid: try advance(16)
    case .binary: try advance(count("bytes"))
    case .structure:
      try readFields { reader, field throws(ParquetError) in try reader.skip(field) }
    case .list, .set:
      let (element, count) = try listHead()
      guard let element else { return }
      try nested { reader throws(ParquetError) in
        for _ in 0..<count { try reader.skip(element) }
      }
    case .map:
      let count = try count("entries of a map")
      if count == 0 { return }
      let types = try byte()
      let (key, value) = (try wireType(types >> 4), try wireType(types & 0x0F))
      try nested { reader throws(ParquetError) in
        for _ in 0..<count {
          try reader.skip(key)
          try reader.skip(value)
        }
      }
    }
  }
}
