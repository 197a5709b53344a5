/// One tensor of a safetensors header.
public struct SafetensorsEntry: Sendable, Equatable {
  /// The tensor's name.
  public let name: String
  /// Its element type.
  public let elementType: ElementType
  /// Its shape; empty for a scalar.
  public let shape: [Int]
  /// Where its bytes lie, counted from the end of the header.
  let byteRange: Range<Int>

  /// Number of elements.
  public var count: Int { byteRange.count / elementType.byteCount }
}
