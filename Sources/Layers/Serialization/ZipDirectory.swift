import Foundation

/// Reads the central directory of a zip file from the end of the file (PKWARE's APPNOTE 6.3.9,
/// sections 4.3.7 to 4.3.16).
struct ZipDirectory {
  private let data: Data
  private let file: String

  private static let endLength = 22
  private static let locatorLength = 20
  private static let longEndLength = 56
  private static let entryLength = 46
  private static let localLength = 30

  init(_ data: Data, file: String) {
    self.data = data
    self.file = file
  }

  /// An entry with where its local header begins.
  private struct Placed {
    let entry: ZipArchive.Entry
    let header: Int
  }

  func read() throws(LayersError) -> [ZipArchive.Entry] {
    let place = try directoryPlace()
    var entries: [Placed] = []
    var position = place.range.lowerBound
    for _ in 0..<place.count {
      entries.append(try entry(at: &position, in: place.range))
    }
    guard position == place.range.upperBound else {
      throw malformed("its directory has \(place.range.upperBound - position) bytes too many")
    }
    var end = 0
    for placed in entries.sorted(by: { $0.header < $1.header }) {
      guard placed.header >= end else {
        throw malformed("`\(placed.entry.name)` overlaps the entry before it")
      }
      end = placed.entry.range.upperBound
    }
    return entries.map(\.entry)
  }

  // MARK: - The end of the file

  private func directoryPlace() throws(LayersError) -> (count: Int, range: Range<Int>) {
    let end = data.count - Self.endLength
    guard end >= 0, try number(end, 4) == 0x0605_4B50, try number(end + 20, 2) == 0 else {
      throw LayersError.truncated(
        file: file, detail: "a zip file must end with its directory, without a comment")
    }
    guard try number(end + 4, 4) == 0, try number(end + 8, 2) == (try number(end + 10, 2)) else {
      throw malformed("it is one of several parts")
    }
    var count = try number(end + 10, 2)
    var size = try number(end + 12, 4)
    var offset = try number(end + 16, 4)
    var directoryEnd = end
    let locator = end - Self.locatorLength
    if locator >= 0, try number(locator, 4) == 0x0706_4B50 {
      directoryEnd = locator - Self.longEndLength
      guard directoryEnd >= 0, try number(locator + 4, 4) == 0, try number(locator + 16, 4) == 1,
        try number(locator + 8, 8) == UInt64(directoryEnd),
        try number(directoryEnd, 4) == 0x0606_4B50,
        try number(directoryEnd + 4, 8) == UInt64(Self.longEndLength - 12),
        try number(directoryEnd + 16, 8) == 0,
        try number(directoryEnd + 24, 8) == (try number(directoryEnd + 32, 8))
      else { throw malformed("its zip64 end of directory is not one") }
      count = try long(count, 0xFFFF, directoryEnd + 32)
      size = try long(size, 0xFFFF_FFFF, directoryEnd + 40)
      offset = try long(offset, 0xFFFF_FFFF, directoryEnd + 48)
    }
    guard offset <= UInt64(directoryEnd), size == UInt64(directoryEnd) - offset else {
      throw malformed("its directory is not where the end of the file says")
    }
    guard count <= size / UInt64(Self.entryLength) else {
      throw malformed("its directory is too short for \(count) entries")
    }
    return (Int(count), Int(offset)..<directoryEnd)
  }

  /// A zip64 number, which the short one either leaves to it or equals.
  private func long(
    _ short: UInt64, _ placeholder: UInt64, _ position: Int
  ) throws(LayersError) -> UInt64 {
    let value = try number(position, 8)
    guard short == placeholder || short == value else {
      throw malformed("its two ends of directory disagree")
    }
    return value
  }

  // MARK: - Entries

  private func entry(
    at position: inout Int, in directory: Range<Int>
  ) throws(LayersError) -> Placed {
    let start = position
    guard directory.upperBound - start >= Self.entryLength, try number(start, 4) == 0x0201_4B50
    else { throw malformed("its directory ends within an entry, or holds something else") }
    let nameLength = Int(try number(start + 28, 2))
    let extraLength = Int(try number(start + 30, 2))
    let commentLength = Int(try number(start + 32, 2))
    let nameStart = start + Self.entryLength
    position = nameStart + nameLength + extraLength + commentLength
    guard position <= directory.upperBound else {
      throw malformed("its directory ends within an entry")
    }
    let nameBytes = [UInt8](data[nameStart..<(nameStart + nameLength)])
    guard let name = String(validating: nameBytes, as: UTF8.self), !name.isEmpty,
      !nameBytes.contains(0)
    else { throw malformed("an entry's name is empty or not UTF-8") }
    // A data descriptor after the bytes (bit 3) and UTF-8 names (bit 11) change nothing here.
    guard try number(start + 8, 2) & ~0x0808 == 0, try number(start + 34, 2) == 0 else {
      throw malformed("`\(name)` is encrypted, or of a kind that is not read")
    }
    let method = try number(start + 10, 2)
    guard method == 0 else {
      throw malformed("`\(name)` is compressed (method \(method)); torch.save only stores")
    }
    let extra = (nameStart + nameLength)..<(nameStart + nameLength + extraLength)
    var fields = [
      try number(start + 24, 4), try number(start + 20, 4), try number(start + 42, 4),
    ]
    try replaceLongFields(&fields, name, from: extra)
    guard fields[0] == fields[1] else {
      throw malformed("`\(name)` has two sizes, \(fields[0]) and \(fields[1])")
    }
    let limit = directory.lowerBound
    guard fields[2] <= UInt64(limit), fields[0] <= UInt64(limit) else {
      throw malformed("`\(name)` lies outside the file")
    }
    let header = Int(fields[2])
    let content = try contentStart(of: name, nameBytes, header: header, before: limit)
    let size = Int(fields[0])
    guard size <= limit - content else { throw malformed("`\(name)` lies outside the file") }
    return Placed(
      entry: ZipArchive.Entry(
        name: name, range: content..<(content + size),
        checksum: UInt32(truncatingIfNeeded: try number(start + 16, 4))), header: header)
  }

  /// Puts zip64's size, compressed size and offset where the short fields leave them to it.
  private func replaceLongFields(
    _ fields: inout [UInt64], _ name: String, from extra: Range<Int>
  ) throws(LayersError) {
    var missing = fields.indices.filter { fields[$0] == 0xFFFF_FFFF }
    var position = extra.lowerBound
    while extra.upperBound - position >= 4 {
      let length = Int(try number(position + 2, 2))
      let end = position + 4 + length
      guard end <= extra.upperBound else { throw malformed("`\(name)` has a broken extra field") }
      if try number(position, 2) == 1, !missing.isEmpty {
        guard length >= 8 * missing.count else {
          throw malformed("`\(name)` lacks its zip64 sizes")
        }
        for (index, field) in missing.enumerated() {
          fields[field] = try number(position + 4 + 8 * index, 8)
        }
        missing = []
      }
      position = end
    }
    guard missing.isEmpty else { throw malformed("`\(name)` lacks its zip64 sizes") }
  }

  /// Where an entry's bytes begin, behind a local header that agrees with the directory.
  private func contentStart(
    of name: String, _ nameBytes: [UInt8], header: Int, before limit: Int
  ) throws(LayersError) -> Int {
    guard limit - header >= Self.localLength, try number(header, 4) == 0x0403_4B50 else {
      throw malformed("there is no entry where the directory has `\(name)`")
    }
    let nameLength = Int(try number(header + 26, 2))
    let nameStart = header + Self.localLength
    let start = nameStart + nameLength + Int(try number(header + 28, 2))
    guard start <= limit, nameLength == nameBytes.count,
      data[nameStart..<(nameStart + nameLength)].elementsEqual(nameBytes),
      try number(header + 8, 2) == 0
    else { throw malformed("the entry where the directory has `\(name)` is another") }
    return start
  }

  private func number(_ position: Int, _ width: Int) throws(LayersError) -> UInt64 {
    guard position >= 0, width <= data.count - position else {
      throw .truncated(file: file, detail: "\(width) bytes wanted at \(position)")
    }
    return data[position..<(position + width)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private func malformed(_ detail: String) -> LayersError {
    .malformed(file: file, detail: "a bad zip file: \(detail)")
  }
}
