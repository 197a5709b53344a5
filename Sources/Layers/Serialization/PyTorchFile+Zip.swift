import Foundation

/// The zip format (`torch.save` since 1.6): `NAME/data.pkl` holds the pickled object, `NAME/data/KEY`
/// the bytes of each storage.
extension PyTorchFile {
  /// Largest pickle that is read; that of a network has some tens of kilobytes.
  static let pickleLimit = 16 << 20

  init(zip data: Data, name: String) throws(LayersError) {
    let archive = try ZipArchive(data, name: name)
    let pickles = archive.entries.filter { $0.name.hasSuffix("/data.pkl") }
    guard let pickle = pickles.first, pickles.count == 1 else {
      throw .malformed(
        file: name, detail: "a zip file with \(pickles.count) entries `…/data.pkl`, not one")
    }
    let prefix = String(pickle.name.dropLast("data.pkl".count))
    let entries = try Self.storageEntries(archive, prefix: prefix)

    var unpickler = Unpickler(
      ByteCursor(try archive.contents(of: pickle, limit: Self.pickleLimit), file: name))
    let root = try unpickler.run()
    guard unpickler.cursor.isAtEnd else {
      throw .malformed(file: name, detail: "`\(pickle.name)` goes on after its object")
    }
    let known = try Self.distinct(unpickler.storages, file: name)
    var starts: [String: Int] = [:]
    for (key, storage) in known {
      guard let entry = entries[key] else {
        throw .malformed(file: name, detail: "storage \(key) is not in the file")
      }
      let size = try Self.byteCount(of: storage, file: name)
      guard entry.range.count == size else {
        throw .malformed(
          file: name,
          detail: "storage \(key) has \(entry.range.count) bytes, the tensors expect \(size)")
      }
      try archive.check(entry)
      starts[key] = entry.range.lowerBound
    }
    if let unused = entries.keys.filter({ known[$0] == nil }).min() {
      throw .malformed(file: name, detail: "no tensor uses the storage `\(prefix)data/\(unused)`")
    }
    try self.init(data, name: name, unpickler, root: root, starts: starts)
  }

  /// The entries `NAME/data/KEY` by key; anything that `torch.save` does not write is refused.
  private static func storageEntries(
    _ archive: ZipArchive, prefix: String
  ) throws(LayersError) -> [String: ZipArchive.Entry] {
    var storages: [String: ZipArchive.Entry] = [:]
    for entry in archive.entries {
      guard entry.name.hasPrefix(prefix) else {
        throw .malformed(
          file: archive.name, detail: "the zip entry `\(entry.name)` is not below `\(prefix)`")
      }
      let part = String(entry.name.dropFirst(prefix.count))
      if part.hasPrefix("data/") {
        storages[String(part.dropFirst("data/".count))] = entry
      } else if part == "byteorder" {
        guard try archive.contents(of: entry, limit: 64).elementsEqual("little".utf8) else {
          throw .malformed(file: archive.name, detail: "written on a big-endian machine")
        }
      } else if part != "data.pkl", part != "version", !part.hasPrefix(".") {
        throw .malformed(
          file: archive.name,
          detail: "the zip entry `\(entry.name)` is none that torch.save writes; a TorchScript "
            + "program is not read")
      }
    }
    return storages
  }
}
