import Foundation
import Tensors

/// Collects tensors and writes them as one safetensors file.
///
/// The same tensors and metadata give the same bytes, in whatever order they were added: data is
/// laid out by descending element size, then by name, so that every tensor is aligned.
public struct SafetensorsWriter: Sendable {
  private enum Contents: Sendable {
    case floats(Tensor)
    case bytes([UInt8])
    case integers([Int64])
  }

  private struct Item: Sendable {
    let name: String
    let elementType: ElementType
    let shape: [Int]
    let contents: Contents

    var byteCount: Int { shape.reduce(elementType.byteCount, *) }
  }

  private var items: [String: Item] = [:]
  private var metadata: [String: String]

  /// - Parameter metadata: free text for the header.
  public init(metadata: [String: String] = [:]) { self.metadata = metadata }

  /// Adds a text to the header; one of the same key is replaced.
  public mutating func add(text: String, for key: String) { metadata[key] = text }

  /// Hands all that the file will say, whatever its layout, to `sink`: the texts of the header but
  /// that of `key`, then each tensor's name, type, shape and bytes.
  public func writeContent(exceptTextOf key: String, to sink: (Data) -> Void) {
    for line in SafetensorsContent.lines(of: metadata, except: key) { sink(line) }
    for item in ordered {
      sink(SafetensorsContent.line(item.name, item.elementType, item.shape))
      write(item, to: sink)
    }
  }

  /// Adds a tensor; one of the same name is replaced.
  ///
  /// - Parameter elementType: `.float32`, or `.float16` rounded to nearest.
  public mutating func add(
    _ name: String, _ tensor: Tensor, as elementType: ElementType = .float32
  ) {
    precondition(
      elementType == .float32 || elementType == .float16, "floats are stored as F32 or F16")
    items[name] = Item(
      name: name, elementType: elementType, shape: tensor.shape, contents: .floats(tensor))
  }

  /// Adds the bytes of a tensor that is in its stored form already, as `ElementType.bytes(of:)` gives
  /// them.
  public mutating func add(
    _ name: String, bytes: [UInt8], of elementType: ElementType, shape: [Int]
  ) {
    let expected = shape.reduce(elementType.byteCount, *)
    precondition(bytes.count == expected, "\(bytes.count) bytes, not \(expected)")
    items[name] = Item(name: name, elementType: elementType, shape: shape, contents: .bytes(bytes))
  }

  /// Adds integers, stored in 64 bits.
  public mutating func add(_ name: String, integers: [Int64], shape: [Int]) {
    precondition(integers.count == shape.reduce(1, *), "\(integers.count) integers for \(shape)")
    items[name] = Item(
      name: name, elementType: .int64, shape: shape, contents: .integers(integers))
  }

  /// Size of the whole file in bytes.
  public var byteCount: Int { header.count + items.values.reduce(0) { $0 + $1.byteCount } }

  /// The whole file in memory.
  public func data() -> Data {
    var data = Data(capacity: byteCount)
    write { data.append($0) }
    return data
  }

  /// Hands the file to `sink` piece by piece: the header, then some megabytes at a time.
  public func write<Failure: Error>(to sink: (Data) throws(Failure) -> Void) throws(Failure) {
    try sink(Data(header))
    for item in ordered { try write(item, to: sink) }
  }

  /// Hands the bytes of one tensor to `sink`, some megabytes at a time; nothing for a tensor that was
  /// not added.
  public func writeData<Failure: Error>(
    of name: String, to sink: (Data) throws(Failure) -> Void
  ) throws(Failure) {
    if let item = items[name] { try write(item, to: sink) }
  }

  private func write<Failure: Error>(
    _ item: Item, to sink: (Data) throws(Failure) -> Void
  ) throws(Failure) {
    switch item.contents {
    case .floats(let tensor):
      let flat = tensor.reshaped([tensor.count, 1])
      for start in stride(from: 0, to: tensor.count, by: Self.pieceLength) {
        let piece = flat[rows: start..<min(start + Self.pieceLength, tensor.count)].elements
        try sink(Data(item.elementType.bytes(of: piece)))
      }
    case .bytes(let bytes):
      for start in stride(from: 0, to: bytes.count, by: 4 * Self.pieceLength) {
        try sink(Data(bytes[start..<min(start + 4 * Self.pieceLength, bytes.count)]))
      }
    case .integers(let values):
      try sink(Data(ElementType.bytes(values)))
    }
  }

  private static let pieceLength = 1 << 20

  private var ordered: [Item] {
    items.values.sorted {
      let (left, right) = ($0.elementType.byteCount, $1.elementType.byteCount)
      return left == right ? Self.precedes($0.name, $1.name) : left > right
    }
  }

  private static func precedes(_ left: String, _ right: String) -> Bool {
    left.utf8.lexicographicallyPrecedes(right.utf8)
  }

  private var header: [UInt8] {
    var parts: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { Self.precedes($0.key, $1.key) }
        .map { "\(Self.quoted($0.key)):\(Self.quoted($0.value))" }
      parts.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    for item in ordered {
      let shape = item.shape.map(String.init).joined(separator: ",")
      let end = offset + item.byteCount
      parts.append(
        "\(Self.quoted(item.name)):{\"dtype\":\"\(item.elementType.rawValue)\","
          + "\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var text = Array("{\(parts.joined(separator: ","))}".utf8)
    text += Array(repeating: 0x20, count: (8 - text.count % 8) % 8)
    let length = (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }
    return length + text
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
