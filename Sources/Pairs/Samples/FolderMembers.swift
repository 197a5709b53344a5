import Glibc

/// The files of a folder, by name: those of one shard of img2dataset's `files` format.
final class FolderMembers: SampleMembers {
  let path: String
  private var names: [String]
  private var index = 0

  /// - Throws: `PairsError.cannotRead`.
  init(path: String) throws(PairsError) {
    self.path = path
    names = try Self.names(in: path)
  }

  func next() throws(PairsError) -> SampleMember? {
    while index < names.count {
      let name = names[index]
      index += 1
      let position = Int64(index)
      func member(_ content: SampleMember.Content) -> SampleMember {
        SampleMember(
          name: Array(name.utf8), offset: position - 1, end: position, content: content)
      }
      var status = stat()
      guard lstat("\(path)/\(name)", &status) == 0 else {
        return member(.refused(RowFailure(.unreadableImage, SystemError.current)))
      }
      switch status.st_mode & S_IFMT {
      case S_IFDIR: continue
      case S_IFREG:
        do throws(PairsError) {
          let file = try ReadableFile(path: "\(path)/\(name)")
          return member(.file(file, range: 0..<(try file.byteCount())))
        } catch {
          return member(.refused(RowFailure(.unreadableImage, error.description)))
        }
      case S_IFLNK: return member(.refused(RowFailure(.unsafePath, "is a symbolic link")))
      default: return member(.refused(RowFailure(.unsafePath, "is no file")))
      }
    }
    return nil
  }

  /// The names in a folder, sorted by their bytes.
  static func names(in path: String) throws(PairsError) -> [String] {
    guard let folder = opendir(path) else {
      throw .cannotRead(path: path, problem: SystemError.current)
    }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
