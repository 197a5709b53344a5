import Imaging

/// Where a file's parts and its lengths and sizes are, as far as it can be followed: damage to these
/// reaches further than damage to pixels.
struct FileStructure {
  /// A number in the file.
  struct Field {
    let start: Int
    let byteCount: Int
    var isBigEndian = true
  }

  private(set) var segments: [Range<Int>] = []
  private(set) var fields: [Field] = []
  private let bytes: [UInt8]

  init(_ bytes: [UInt8], _ format: ImageFormat) {
    self.bytes = bytes
    switch format {
    case .jpeg: followJPEG()
    case .png: followPNG()
    case .webp: followWebP()
    case .gif: followGIF()
    default: break
    }
    fields.removeAll { $0.start + $0.byteCount > bytes.count }
  }

  /// The number at a place, 0 beyond the end.
  func value(_ field: Field) -> Int {
    guard field.start + field.byteCount <= bytes.count else { return 0 }
    let digits = bytes[field.start..<field.start + field.byteCount]
    let ordered = field.isBigEndian ? Array(digits) : digits.reversed()
    return ordered.reduce(0) { $0 << 8 | Int($1) }
  }

  private mutating func take(_ start: Int, _ end: Int) -> Int {
    let end = min(max(end, start + 1), bytes.count)
    if start < end { segments.append(start..<end) }
    return end
  }

  private mutating func followJPEG() {
    var place = 2
    while place + 4 <= bytes.count {
      guard bytes[place] == 0xFF else {
        place += 1
        continue
      }
      let marker = bytes[place + 1]
      guard marker >= 0xC0, marker != 0xFF, !(0xD0...0xD9).contains(marker) else {
        place += 1
        continue
      }
      let length = Field(start: place + 2, byteCount: 2)
      fields.append(length)
      if (0xC0...0xC2).contains(marker) || (0xC9...0xCA).contains(marker) {
        fields += [
          Field(start: place + 4, byteCount: 1), Field(start: place + 5, byteCount: 2),
          Field(start: place + 7, byteCount: 2), Field(start: place + 9, byteCount: 1),
        ]
      }
      place = take(place, place + 2 + value(length))
    }
  }

  private mutating func followPNG() {
    var place = 8
    while place + 12 <= bytes.count {
      let length = Field(start: place, byteCount: 4)
      fields.append(length)
      if place == 8 {
        fields += [Field(start: 16, byteCount: 4), Field(start: 20, byteCount: 4)]
        fields += (24..<29).map { Field(start: $0, byteCount: 1) }
      }
      place = take(place, place + 12 + value(length))
    }
  }

  private mutating func followWebP() {
    fields.append(Field(start: 4, byteCount: 4, isBigEndian: false))
    var place = 12
    while place + 8 <= bytes.count {
      let length = Field(start: place + 4, byteCount: 4, isBigEndian: false)
      fields.append(length)
      let name = String(decoding: bytes[place..<place + 4], as: UTF8.self)
      let numbers = [
        "VP8X": [12, 15], "ANMF": [8, 11, 14, 17], "VP8 ": [14, 16], "VP8L": [9, 11],
      ]
      fields += (numbers[name] ?? []).map {
        Field(start: place + $0, byteCount: name == "VP8 " ? 2 : 3, isBigEndian: false)
      }
      let end = place + 8 + value(length) + value(length) % 2
      // A frame's own chunks lie in it.
      let next = take(place, end)
      place = name == "ANMF" ? min(place + 24, next) : next
    }
  }

  private mutating func followGIF() {
    guard bytes.count > 13 else { return }
    fields += [6, 8].map { Field(start: $0, byteCount: 2, isBigEndian: false) }
    fields.append(Field(start: 10, byteCount: 1))
    var place = 13 + paletteSize(bytes[10])
    while place + 2 < bytes.count {
      let start = place
      switch bytes[place] {
      case 0x21: place += 2
      case 0x2C where place + 10 < bytes.count:
        fields += [1, 3, 5, 7].map {
          Field(start: start + $0, byteCount: 2, isBigEndian: false)
        }
        fields += [9, 10].map { Field(start: start + $0, byteCount: 1) }
        place += 10 + paletteSize(bytes[place + 9]) + 1
      default: return
      }
      while place < bytes.count, bytes[place] > 0 {
        fields.append(Field(start: place, byteCount: 1))
        place += Int(bytes[place]) + 1
      }
      place = take(start, place + 1)
    }
  }

  private func paletteSize(_ flags: UInt8) -> Int {
    flags & 0x80 == 0 ? 0 : 3 << (Int(flags & 7) + 1)
  }
}
