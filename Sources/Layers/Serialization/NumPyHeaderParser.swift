/// Reads the header of a `.npy` file: a Python dictionary of exactly `descr` (a string),
/// `fortran_order` (a truth value) and `shape` (a tuple of whole numbers), then spaces and a line
/// feed. Nothing else of Python is understood.
struct NumPyHeaderParser {
  struct Header {
    var description = ""
    var isFortranOrder = false
    var shape: [Int] = []
  }

  private let bytes: [UInt8]
  private let file: String
  private var position = 0

  init(_ bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
  }

  mutating func parse() throws(LayersError) -> Header {
    var header = Header()
    var seen: Set<String> = []
    try expect("{")
    while !accept("}") {
      let key = try string()
      try expect(":")
      skipSpaces()
      guard seen.insert(key).inserted else { throw bad("`\(key)` is there twice") }
      switch key {
      case "descr":
        guard peek() != UInt8(ascii: "[") else {
          throw LayersError.malformed(
            file: file, detail: "its elements are records; plain float32 or float16 is expected")
        }
        header.description = try string()
      case "fortran_order": header.isFortranOrder = try truth()
      case "shape": header.shape = try tuple()
      default: throw bad("unexpected key `\(key)`")
      }
      guard accept(",") || peek() == UInt8(ascii: "}") else { throw bad("a comma is missing") }
    }
    for key in ["descr", "fortran_order", "shape"] where !seen.contains(key) {
      throw bad("`\(key)` is missing")
    }
    skipSpaces()
    guard position == bytes.count else { throw bad("something follows the dictionary") }
    return header
  }

  private mutating func string() throws(LayersError) -> String {
    skipSpaces()
    guard let quote = peek(), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      throw bad("a string is expected")
    }
    let start = position + 1
    guard let end = bytes[start...].firstIndex(of: quote), end - start <= 64,
      bytes[start..<end].allSatisfy({ (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: "\\") })
    else { throw bad("a string does not end, or is none that NumPy writes") }
    position = end + 1
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  private mutating func truth() throws(LayersError) -> Bool {
    skipSpaces()
    for (word, value) in [("True", true), ("False", false)]
    where bytes[position...].starts(with: word.utf8) {
      position += word.utf8.count
      return value
    }
    throw bad("True or False is expected")
  }

  private mutating func tuple() throws(LayersError) -> [Int] {
    var numbers: [Int] = []
    try expect("(")
    while !accept(")") {
      guard numbers.count < 32 else { throw bad("a shape of more than 32 extents") }
      numbers.append(try number())
      guard accept(",") || peek() == UInt8(ascii: ")") else { throw bad("a comma is missing") }
    }
    return numbers
  }

  private mutating func number() throws(LayersError) -> Int {
    skipSpaces()
    let digits = bytes[position...].prefix { (0x30...0x39).contains($0) }
    guard let value = Int(String(decoding: digits, as: UTF8.self)) else {
      throw bad("a whole number is expected")
    }
    position += digits.count
    // Python 2 wrote long integers as `5L`.
    if peek() == UInt8(ascii: "L") { position += 1 }
    return value
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(LayersError) {
    guard accept(character) else { throw bad("`\(character)` is expected") }
  }

  private mutating func accept(_ character: Unicode.Scalar) -> Bool {
    skipSpaces()
    guard peek() == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpaces() {
    while let byte = peek(), byte == 0x20 || byte == 0x0A { position += 1 }
  }

  private func bad(_ detail: String) -> LayersError {
    .malformed(file: file, detail: "a bad .npy header at byte \(position): \(detail)")
  }
}
