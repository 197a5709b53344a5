import Foundation

@testable import Layers

/// Writes small zip files as `torch.save` does: stored entries, aligned contents, a data descriptor
/// behind each, zip64 ends. Every part can be made to lie.
struct ZipBuilder {
  struct Entry {
    var name: String
    var contents: [UInt8]
    var method = 0
    var flags = 0x0808
    /// What the directory says; the truth when nil.
    var checksum: UInt32?
    var size: Int?
    var storedSize: Int?
    var offset: Int?
    /// Whether sizes and offset are in a zip64 field, and how many of its bytes are there.
    var longFieldLength: Int?
    /// What the local header says; the name when nil.
    var localName: String?
  }

  var entries: [Entry] = []
  var isLong = true
  /// What the end of the directory says; the truth when nil.
  var count: Int?
  var directoryOffset: Int?
  var directorySize: Int?
  var comment: [UInt8] = []

  mutating func add(_ name: String, _ contents: [UInt8], _ change: (inout Entry) -> Void = { _ in })
  {
    var entry = Entry(name: name, contents: contents)
    change(&entry)
    entries.append(entry)
  }

  var bytes: [UInt8] {
    var file = PickleBuilder(bytes: [])
    var directory = PickleBuilder(bytes: [])
    for entry in entries {
      let offset = file.bytes.count
      let checksum = CRC32.checksum(
        of: Data(entry.contents).bytes, in: 0..<entry.contents.count)
      let local = Array((entry.localName ?? entry.name).utf8)
      let padding = (64 - (offset + 30 + local.count + 4) % 64) % 64
      file.raw([0x50, 0x4B, 3, 4, 0, 0])
      file.little(entry.flags, 2)
      file.little(entry.method, 2)
      file.little(0, 16)
      file.little(local.count, 2)
      file.little(padding + 4, 2)
      file.raw(local + [0x46, 0x42])
      file.little(padding, 2)
      file.raw(Array(repeating: 0x5A, count: padding) + entry.contents + [0x50, 0x4B, 7, 8])
      file.little(Int(checksum), 4)
      file.little(entry.contents.count, 4)
      file.little(entry.contents.count, 4)

      let name = Array(entry.name.utf8)
      directory.raw([0x50, 0x4B, 1, 2, 0, 0, 0, 0])
      directory.little(entry.flags, 2)
      directory.little(entry.method, 2)
      directory.little(0, 4)
      directory.little(Int(entry.checksum ?? checksum), 4)
      let size = entry.size ?? entry.contents.count
      let numbers = [size, entry.storedSize ?? size, entry.offset ?? offset]
      let isLong = entry.longFieldLength != nil
      directory.little(isLong ? 0xFFFF_FFFF : numbers[1], 4)
      directory.little(isLong ? 0xFFFF_FFFF : numbers[0], 4)
      directory.little(name.count, 2)
      directory.little(entry.longFieldLength.map { $0 + 9 } ?? 0, 2)
      directory.little(0, 10)
      directory.little(isLong ? 0xFFFF_FFFF : numbers[2], 4)
      directory.raw(name)
      if let length = entry.longFieldLength {
        // Another field first, as other programs write them.
        directory.raw([0x55, 0x54, 1, 0, 7, 1, 0])
        directory.little(length, 2)
        var long = PickleBuilder(bytes: [])
        for number in numbers { long.little(number, 8) }
        directory.raw(Array(long.bytes.prefix(length)))
      }
    }
    let start = file.bytes.count
    file.raw(directory.bytes)
    if isLong { addLongEnd(to: &file, start: start, size: directory.bytes.count) }
    file.raw([0x50, 0x4B, 5, 6, 0, 0, 0, 0])
    file.little(count ?? entries.count, 2)
    file.little(count ?? entries.count, 2)
    file.little(directorySize ?? directory.bytes.count, 4)
    file.little(directoryOffset ?? start, 4)
    file.little(comment.count, 2)
    file.raw(comment)
    return file.bytes
  }

  private func addLongEnd(to file: inout PickleBuilder, start: Int, size: Int) {
    let place = file.bytes.count
    file.raw([0x50, 0x4B, 6, 6])
    file.little(44, 8)
    file.little(0, 12)
    file.little(count ?? entries.count, 8)
    file.little(count ?? entries.count, 8)
    file.little(directorySize ?? size, 8)
    file.little(directoryOffset ?? start, 8)
    file.raw([0x50, 0x4B, 6, 7, 0, 0, 0, 0])
    file.little(place, 8)
    file.little(1, 4)
  }

  /// A checkpoint round a pickled object.
  static func checkpoint(
    storages: [(key: String, bytes: [UInt8])] = [], _ change: (inout ZipBuilder) -> Void = { _ in },
    _ body: (inout PickleBuilder) -> Void
  ) -> [UInt8] {
    var object = PickleBuilder()
    body(&object)
    object.op(".")
    var zip = ZipBuilder()
    zip.add("w/data.pkl", object.bytes)
    zip.add("w/byteorder", Array("little".utf8))
    for storage in storages { zip.add("w/data/\(storage.key)", storage.bytes) }
    zip.add("w/version", Array("3\n".utf8))
    change(&zip)
    return zip.bytes
  }

  static let floats: [UInt8] = (0..<6).flatMap { index in
    (0..<4).map { UInt8(truncatingIfNeeded: Float(index).bitPattern >> UInt32(8 * $0)) }
  }

  /// A dictionary of a transposed matrix and a command line.
  static func honest(_ change: (inout ZipBuilder) -> Void = { _ in }) -> [UInt8] {
    checkpoint(storages: [("0", floats)], change) {
      $0.op("}")
      $0.op("(")
      $0.string("matrix")
      $0.tensor(key: "0", count: 6, shape: [3, 2], strides: [1, 3])
      $0.string("opt")
      $0.global("argparse", "Namespace")
      $0.op(")")
      $0.raw([0x81])
      $0.op("}")
      $0.op("(")
      $0.string("embed_size")
      $0.int(24)
      $0.string("bi_gru")
      $0.raw([0x88])
      $0.op("u")
      $0.op("b")
      $0.op("u")
    }
  }
}
