extension ElementType {
  /// Floats as they are stored, little-endian; 16 bits round to nearest.
  ///
  /// - Precondition: the type is `.float32` or `.float16`.
  public func bytes(of values: [Float]) -> [UInt8] {
    switch self {
    case .float32: return Self.bytes(values.map(\.bitPattern))
    case .float16: return Self.bytes(values.map { Float16($0).bitPattern })
    default: preconditionFailure("floats are stored as F32 or F16, not \(rawValue)")
    }
  }

  /// Integers as they are stored, little-endian.
  static func bytes<Value: FixedWidthInteger & BitwiseCopyable>(_ values: [Value]) -> [UInt8] {
    let width = MemoryLayout<Value>.size
    var result = [UInt8](repeating: 0, count: values.count * width)
    var span = result.mutableSpan
    var bytes = span.mutableBytes
    for index in values.indices {
      bytes.storeBytes(
        of: values[index].littleEndian, toByteOffset: index * width, as: Value.self)
    }
    return result
  }
}
