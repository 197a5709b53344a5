import Foundation

/// Reads little-endian numbers and lines from bytes, never past their end.
struct ByteCursor {
  let data: Data
  let file: String
  private(set) var position = 0

  /// - Parameter data: must not be a slice.
  init(_ data: Data, file: String) {
    self.data = data
    self.file = file
  }

  var isAtEnd: Bool { position == data.count }

  mutating func skip(_ count: Int) throws(LayersError) {
    guard count >= 0, count <= data.count - position else {
      throw .truncated(
        file: file, detail: "\(count) bytes wanted at \(position), \(data.count) are there")
    }
    position += count
  }

  mutating func byte() throws(LayersError) -> UInt8 {
    try skip(1)
    return data[position - 1]
  }

  mutating func bytes(_ count: Int) throws(LayersError) -> [UInt8] {
    try skip(count)
    return [UInt8](data[(position - count)..<position])
  }

  mutating func unsigned(_ width: Int) throws(LayersError) -> UInt64 {
    try bytes(width).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// A length that must fit the rest of the file.
  mutating func length(_ width: Int) throws(LayersError) -> Int {
    let value = try unsigned(width)
    guard value <= UInt64(data.count - position) else {
      throw .truncated(
        file: file, detail: "\(value) bytes wanted at \(position), \(data.count) are there")
    }
    return Int(value)
  }

  /// The bytes up to a line feed, which is consumed.
  mutating func line(limit: Int) throws(LayersError) -> String {
    var bytes: [UInt8] = []
    while true {
      let next = try byte()
      if next == 0x0A { return String(decoding: bytes, as: UTF8.self) }
      guard bytes.count < limit else {
        throw .malformed(file: file, detail: "a name of over \(limit) bytes at \(position)")
      }
      bytes.append(next)
    }
  }
}
