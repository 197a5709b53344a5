/// The 512 bytes before each member of a tar archive (POSIX ustar, with GNU's and pax's ways of
/// writing what does not fit).
struct TarHeader {
  static let byteCount = 512

  /// What a member is.
  enum Kind: Equatable {
    case file
    case folder
    /// A link, a device or a pipe: what it is called.
    case special(String)
    /// The next member's name, as GNU writes it.
    case longName
    /// Where the next member, a link, leads to.
    case linkName
    /// Attributes of the next member (pax), or of all that follow.
    case attributes(isGlobal: Bool)
    /// Two of these end an archive.
    case end
  }

  let kind: Kind
  let name: [UInt8]
  let size: Int64

  /// Why bytes are no header.
  struct Malformed: Error {
    let problem: String
  }

  init(_ bytes: ArraySlice<UInt8>) throws(Malformed) {
    let block = Array(bytes)
    guard block.count == Self.byteCount else {
      throw Malformed(problem: "the archive ends within a header")
    }
    if block.allSatisfy({ $0 == 0 }) {
      (kind, name, size) = (.end, [], 0)
      return
    }
    let checksum = try Self.number(block[148..<156], "checksum")
    let sum = block.enumerated().reduce(Int64(0)) { sum, byte in
      sum + ((148..<156).contains(byte.offset) ? 0x20 : Int64(byte.element))
    }
    guard checksum == sum else { throw Malformed(problem: "a header's checksum does not hold") }
    size = try Self.number(block[124..<136], "size")
    kind = Self.kind(of: block[156])
    let short = Self.text(block[0..<100])
    let isUstar = block[257..<262].elementsEqual("ustar".utf8)
    // GNU's own format keeps other things where POSIX has the folder of a long path.
    let isPOSIX = isUstar && block[262] == 0
    let folder = isPOSIX ? Self.text(block[345..<500]) : []
    name = folder.isEmpty ? short : folder + [UInt8(ascii: "/")] + short
  }

  private static func kind(of type: UInt8) -> Kind {
    switch type {
    case 0, UInt8(ascii: "0"), UInt8(ascii: "7"): .file
    case UInt8(ascii: "1"): .special("a hard link")
    case UInt8(ascii: "2"): .special("a symbolic link")
    case UInt8(ascii: "3"), UInt8(ascii: "4"): .special("a device")
    case UInt8(ascii: "5"): .folder
    case UInt8(ascii: "6"): .special("a pipe")
    case UInt8(ascii: "L"): .longName
    case UInt8(ascii: "K"): .linkName
    case UInt8(ascii: "x"): .attributes(isGlobal: false)
    case UInt8(ascii: "g"): .attributes(isGlobal: true)
    default: .special("of an unknown kind")
    }
  }

  /// Text up to the first NUL.
  static func text(_ bytes: ArraySlice<UInt8>) -> [UInt8] { Array(bytes.prefix { $0 != 0 }) }

  /// Octal digits, or a big-endian number after a byte with its highest bit set.
  private static func number(_ bytes: ArraySlice<UInt8>, _ what: String) throws(Malformed) -> Int64
  {
    if bytes.first.map({ $0 & 0x80 != 0 }) ?? false {
      let digits = [bytes[bytes.startIndex] & 0x7F] + bytes.dropFirst()
      var value: UInt64 = 0
      for digit in digits {
        guard value >> 55 == 0 else { throw Malformed(problem: "a header's \(what) is too large") }
        value = value << 8 | UInt64(digit)
      }
      return Int64(value)
    }
    let digits = bytes.drop { $0 == 0x20 }.prefix { $0 != 0 && $0 != 0x20 }
    var value: Int64 = 0
    for digit in digits {
      guard (0x30...0x37).contains(digit), value >> 59 == 0 else {
        throw Malformed(problem: "a header's \(what) is no number")
      }
      value = value << 3 | Int64(digit - 0x30)
    }
    return value
  }
}
