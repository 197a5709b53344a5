import Foundation

/// The format before zip (`torch.save` up to 1.5): three small pickles, the pickled object, the
/// storages' keys, then their bytes.
extension PyTorchFile {
  init(legacy data: Data, name: String) throws(LayersError) {
    var cursor = ByteCursor(data, file: name)
    try Self.readPreamble(&cursor)
    var unpickler = Unpickler(cursor)
    let root = try unpickler.run()
    var keys = Unpickler(unpickler.cursor)
    let keyList = try keys.run()
    let order = try Self.storageKeys(keyList, in: keys)
    cursor = keys.cursor
    let starts = try Self.readStorages(order, described: unpickler.storages, &cursor)
    try self.init(data, name: name, unpickler, root: root, starts: starts)
  }

  /// 0x1950a86a20f9469cfc6c, little-endian.
  private static let magicNumber: [UInt8] = [
    0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19,
  ]

  /// Magic number, protocol version 1001 and the writer's system.
  static func readPreamble(_ cursor: inout ByteCursor) throws(LayersError) {
    let expected: [PickleValue] = [.longInt(magicNumber), .int(1001)]
    for value in expected {
      var unpickler = Unpickler(cursor)
      let root = try unpickler.run()
      guard unpickler.objects[root] == value else {
        throw .malformed(
          file: cursor.file, detail: "not a PyTorch checkpoint of the format before zip")
      }
      cursor = unpickler.cursor
    }
    var unpickler = Unpickler(cursor)
    let root = try unpickler.run()
    if case .dictionary(let pairs) = unpickler.objects[root] {
      for pair in pairs where unpickler.objects[pair.key] == .string("little_endian") {
        guard unpickler.objects[pair.value] == .bool(true) else {
          throw .malformed(file: cursor.file, detail: "written on a big-endian machine")
        }
      }
    }
    cursor = unpickler.cursor
  }

  static func storageKeys(
    _ root: Int, in unpickler: Unpickler
  ) throws(LayersError) -> [String] {
    let problem = LayersError.malformed(
      file: unpickler.cursor.file, detail: "the list of storages is not a list of strings")
    guard case .list(let items) = unpickler.objects[root] else { throw problem }
    var keys: [String] = []
    for item in items {
      guard case .string(let key) = unpickler.objects[item] else { throw problem }
      keys.append(key)
    }
    return keys
  }

  /// Walks over the storages' bytes.
  ///
  /// - Returns: where each storage's elements begin.
  static func readStorages(
    _ order: [String], described: [PickledStorage], _ cursor: inout ByteCursor
  ) throws(LayersError) -> [String: Int] {
    let known = try distinct(described, file: cursor.file)
    var starts: [String: Int] = [:]
    for key in order {
      guard let storage = known[key], starts[key] == nil else {
        throw .malformed(file: cursor.file, detail: "storage \(key) is unknown or repeated")
      }
      let count = try cursor.unsigned(8)
      guard count == UInt64(storage.count) else {
        throw .malformed(
          file: cursor.file,
          detail: "storage \(key) has \(count) elements, the tensors expect \(storage.count)")
      }
      starts[key] = cursor.position
      try cursor.skip(try byteCount(of: storage, file: cursor.file))
    }
    guard cursor.isAtEnd else {
      throw .malformed(
        file: cursor.file, detail: "\(cursor.data.count - cursor.position) bytes after the storages"
      )
    }
    return starts
  }
}
