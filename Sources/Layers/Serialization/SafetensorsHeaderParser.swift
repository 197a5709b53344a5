/// Reads the JSON header of a safetensors file, and nothing more general: one object of objects,
/// each key once. A JSON library would keep one of two equal keys in silence.
struct SafetensorsHeaderParser {
  private let bytes: [UInt8]
  private var position = 0
  private let file: String
  private(set) var metadata: [String: String] = [:]
  private(set) var entries: [SafetensorsEntry] = []

  /// - Parameter bytes: the header alone, without its length.
  init(parsing bytes: [UInt8], file: String) throws(LayersError) {
    self.bytes = bytes
    self.file = file
    guard bytes.first == UInt8(ascii: "{") else { throw malformed("does not begin with {") }
    var names: Set<String> = []
    try readObject { parser, name throws(LayersError) in
      guard names.insert(name).inserted else {
        throw parser.malformed("`\(name)` occurs twice")
      }
      if name == "__metadata__" {
        try parser.readMetadata()
      } else {
        try parser.readEntry(named: name)
      }
    }
    skipSpace()
    guard position == bytes.count else { throw malformed("text after the closing brace") }
  }

  private mutating func readMetadata() throws(LayersError) {
    try readObject { parser, key throws(LayersError) in
      let value = try parser.readString()
      guard parser.metadata.updateValue(value, forKey: key) == nil else {
        throw parser.malformed("metadata `\(key)` occurs twice")
      }
    }
  }

  private mutating func readEntry(named name: String) throws(LayersError) {
    var typeName: String?
    var shape: [Int]?
    var offsets: [Int]?
    try readObject { parser, key throws(LayersError) in
      switch key {
      case "dtype" where typeName == nil: typeName = try parser.readString()
      case "shape" where shape == nil: shape = try parser.readIntegers()
      case "data_offsets" where offsets == nil: offsets = try parser.readIntegers()
      default: throw parser.malformed("tensor `\(name)`: unknown or repeated key `\(key)`")
      }
    }
    guard let typeName, let shape, let offsets, offsets.count == 2, offsets[0] <= offsets[1]
    else {
      throw malformed("tensor `\(name)` needs dtype, shape and two ascending data_offsets")
    }
    guard let type = ElementType(rawValue: typeName) else {
      throw .wrongElementType(file: file, name: name, found: typeName)
    }
    var size = type.byteCount
    for extent in shape {
      // An extent of zero must not hide that the others' product overflows.
      let (product, overflow) = size.multipliedReportingOverflow(by: max(extent, 1))
      guard !overflow else { throw malformed("tensor `\(name)`: shape \(shape) is too large") }
      size = product
    }
    if shape.contains(0) { size = 0 }
    guard size == offsets[1] - offsets[0] else {
      throw malformed(
        "tensor `\(name)`: \(typeName) \(shape) takes \(size) bytes, its data_offsets span "
          + "\(offsets[1] - offsets[0])")
    }
    entries.append(
      SafetensorsEntry(
        name: name, elementType: type, shape: shape, byteRange: offsets[0]..<offsets[1]))
  }

  // MARK: - JSON

  private mutating func readObject(
    _ readValue: (inout Self, String) throws(LayersError) -> Void
  ) throws(LayersError) {
    try expect("{")
    if accept("}") { return }
    repeat {
      let key = try readString()
      try expect(":")
      try readValue(&self, key)
    } while accept(",")
    try expect("}")
  }

  private mutating func readIntegers() throws(LayersError) -> [Int] {
    try expect("[")
    if accept("]") { return [] }
    var values: [Int] = []
    repeat { values.append(try readInteger()) } while accept(",")
    try expect("]")
    return values
  }

  private mutating func readInteger() throws(LayersError) -> Int {
    skipSpace()
    let start = position
    while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
    let digits = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let value = Int(digits), digits == String(value) else {
      throw malformed("expected a whole number of at most 63 bits")
    }
    return value
  }

  private mutating func readString() throws(LayersError) -> String {
    try expect("\"")
    var units: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: units, as: UTF8.self) else {
          throw malformed("a name is not UTF-8")
        }
        return text
      case UInt8(ascii: "\\"): units += Array(String(try readEscape()).utf8)
      case 0..<0x20: throw malformed("a control character in a name")
      default: units.append(byte)
      }
    }
    throw malformed("a name without an end")
  }

  private mutating func readEscape() throws(LayersError) -> Unicode.Scalar {
    guard position < bytes.count else { throw malformed("an escape without an end") }
    position += 1
    switch bytes[position - 1] {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let first = try readHexadecimal()
      if let scalar = Unicode.Scalar(first) { return scalar }
      guard first < 0xDC00, bytes[position...].starts(with: Array("\\u".utf8)) else {
        throw malformed("half of a surrogate pair")
      }
      position += 2
      let second = try readHexadecimal()
      guard (0xDC00...0xDFFF).contains(second),
        let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
      else { throw malformed("half of a surrogate pair") }
      return scalar
    default: throw malformed("an unknown escape")
    }
  }

  private mutating func readHexadecimal() throws(LayersError) -> UInt32 {
    guard position + 4 <= bytes.count else { throw malformed("an escape without an end") }
    let digits = String(decoding: bytes[position..<(position + 4)], as: UTF8.self)
    guard digits.allSatisfy(\.isHexDigit), let value = UInt32(digits, radix: 16) else {
      throw malformed("an escape that is not hexadecimal")
    }
    position += 4
    return value
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) {
      position += 1
    }
  }

  private mutating func accept(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(LayersError) {
    guard accept(character) else { throw malformed("expected `\(character)`") }
  }

  private func malformed(_ detail: String) -> LayersError {
    .malformed(file: file, detail: "bad safetensors header at byte \(position): \(detail)")
  }
}
