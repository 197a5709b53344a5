extension ElementType {
  /// The floats that `bytes(of:)` stored.
  ///
  /// - Precondition: the type is a floating-point one, and the bytes are whole elements.
  public func floats(of bytes: [UInt8]) -> [Float] {
    let (count, rest) = bytes.count.quotientAndRemainder(dividingBy: byteCount)
    precondition(rest == 0, "\(bytes.count) bytes are no elements of \(byteCount)")
    guard let found = floats(in: bytes.span.bytes, at: 0, count: count) else {
      preconditionFailure("\(rawValue) holds no floats")
    }
    return found
  }

  /// The `count` elements at a byte offset, as 32-bit floats; nil for integer types.
  ///
  /// - Precondition: the elements lie within `bytes`.
  func floats(in bytes: RawSpan, at offset: Int, count: Int) -> [Float]? {
    switch self {
    case .float32:
      Self.elements(count) {
        Float(bitPattern: Self.load(bytes, offset + 4 * $0, as: UInt32.self))
      }
    case .float16:
      Self.elements(count) {
        Float(Float16(bitPattern: Self.load(bytes, offset + 2 * $0, as: UInt16.self)))
      }
    case .brainFloat16:
      Self.elements(count) {
        Float(bitPattern: UInt32(Self.load(bytes, offset + 2 * $0, as: UInt16.self)) << 16)
      }
    case .float64:
      Self.elements(count) {
        Float(Double(bitPattern: Self.load(bytes, offset + 8 * $0, as: UInt64.self)))
      }
    default: nil
    }
  }

  /// The `count` elements at a byte offset, as integers; nil for floating-point types.
  func integers(in bytes: RawSpan, at offset: Int, count: Int) -> [Int64]? {
    switch self {
    case .int64:
      Self.elements(count) { Self.load(bytes, offset + 8 * $0, as: Int64.self) }
    case .int32:
      Self.elements(count) { Int64(Self.load(bytes, offset + 4 * $0, as: Int32.self)) }
    case .int16:
      Self.elements(count) { Int64(Self.load(bytes, offset + 2 * $0, as: Int16.self)) }
    case .int8:
      Self.elements(count) { Int64(Self.load(bytes, offset + $0, as: Int8.self)) }
    case .uint8, .bool:
      Self.elements(count) { Int64(Self.load(bytes, offset + $0, as: UInt8.self)) }
    default: nil
    }
  }

  @inline(__always)
  private static func load<Value: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: borrowing RawSpan, _ offset: Int, as type: Value.Type
  ) -> Value {
    Value(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: type))
  }

  @inline(__always)
  private static func elements<Value>(_ count: Int, _ element: (Int) -> Value) -> [Value] {
    (0..<count).map(element)
  }
}
