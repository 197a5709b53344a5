/// A value of Thrift's compact protocol, to write honest and hostile ones.
indirect enum Thrift {
  case int32(Int64)
  case int64(Int64)
  case boolean(Bool)
  case text(String)
  case structure([Int16: Thrift])
  case list([Thrift])
  /// Bytes as they are, under a type's code.
  case raw(type: UInt8, [UInt8])

  /// The code of the type.
  var type: UInt8 {
    switch self {
    case .boolean(let value): value ? 1 : 2
    case .int32: 5
    case .int64: 6
    case .text: 8
    case .list: 9
    case .structure: 12
    case .raw(let type, _): type
    }
  }

  /// The value without its type.
  var bytes: [UInt8] {
    switch self {
    case .boolean: return []
    case .int32(let value), .int64(let value): return Self.integer(value)
    case .text(let text): return Self.unsigned(UInt64(text.utf8.count)) + Array(text.utf8)
    case .raw(_, let bytes): return bytes
    case .list(let elements):
      let type = elements.first?.type ?? 12
      let head =
        elements.count < 15
        ? [UInt8(elements.count) << 4 | type]
        : [0xF0 | type] + Self.unsigned(UInt64(elements.count))
      return head + elements.flatMap(\.bytes)
    case .structure(let fields):
      var bytes: [UInt8] = []
      var last: Int16 = 0
      for (id, value) in fields.sorted(by: { $0.key < $1.key }) {
        if (1...15).contains(id - last) {
          bytes.append(UInt8(id - last) << 4 | value.type)
        } else {
          bytes += [value.type] + Self.integer(Int64(id))
        }
        bytes += value.bytes
        last = id
      }
      return bytes + [0]
    }
  }

  /// A signed integer, zigzag-coded.
  static func integer(_ value: Int64) -> [UInt8] {
    unsigned(UInt64(bitPattern: value << 1 ^ value >> 63))
  }

  /// Seven bits in each byte, the low ones first.
  static func unsigned(_ value: UInt64) -> [UInt8] {
    var (rest, bytes) = (value, [UInt8]())
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}
