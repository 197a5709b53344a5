import Foundation
import Glibc
import Pairs

/// A folder that holds one export and nothing else.
///
/// All files are written beside those of an older export, under temporary names. Only when the last
/// one is on the disk do they take their names, does whatever the older export had more of go, and is
/// `SHA256SUMS` written: until then the older export stays as it was, and a folder without that file
/// holds none that is whole.
final class ExportFolder {
  /// Says that the folder is an export's, which the next one may replace. Hidden from programs that
  /// take every file of a folder for data.
  static let markerName = ".winnow-export"
  /// The sums of all other files.
  static let sumsName = "SHA256SUMS"
  private static let marker =
    "This folder holds an export of Winnow. The next one to it replaces every file here.\n"

  let path: String
  private let marker: Int32
  private var files: [(name: String, file: HashedFile)] = []

  /// Makes the folder, or takes over one that is empty or holds an older export.
  ///
  /// - Throws: `StagesError.file` for a folder with other files in it, `.locked` while another export
  ///   writes to it.
  init(path: String) throws(StagesError) {
    self.path = path
    do {
      try DurableFolder.create(path)
    } catch {
      throw .file(path: error.path, problem: "the folder cannot be made: \(error.problem)")
    }
    let names = try Self.names(in: path)
    let isExport = names.contains(Self.markerName)
    if let other = names.first(where: { !isExport || !Self.isOwn($0) }) {
      throw .file(
        path: path,
        problem: "holds \(other), which is of no export; name a new folder, or an empty one")
    }
    let markerPath = path + "/" + Self.markerName
    marker = open(markerPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard marker >= 0 else {
      throw .file(path: markerPath, problem: String(cString: strerror(errno)))
    }
    do throws(StagesError) {
      try prepare()
    } catch {
      close(marker)
      throw error
    }
  }

  deinit {
    close(marker)
  }

  private func prepare() throws(StagesError) {
    guard flock(marker, LOCK_EX | LOCK_NB) == 0 else {
      throw .locked(workspace: path, holder: "another export")
    }
    let text = Array(Self.marker.utf8)
    guard pwrite(marker, text, text.count, 0) == text.count else {
      throw .file(
        path: path + "/" + Self.markerName, problem: String(cString: strerror(errno)))
    }
    // Half-written files of an export that was killed.
    for name in try Self.names(in: path) where Self.finalName(of: name) != name {
      try remove(name)
    }
  }

  /// Begins a file.
  func file(_ name: String) throws -> HashedFile { try HashedFile(path: path + "/" + name) }

  /// Keeps a file until all are complete.
  func keep(_ file: HashedFile) throws {
    try file.seal()
    files.append((String(file.path.dropFirst(path.utf8.count + 1)), file))
  }

  /// How many files are kept, and their bytes.
  var total: (files: Int, bytes: Int) {
    (files.count, files.reduce(0) { $0 + $1.file.byteCount })
  }

  /// Makes the export appear in place of the older one.
  func publish() throws {
    try AtomicFile.remove(path + "/" + Self.sumsName)
    var sums = ChecksumList()
    for (name, file) in files {
      try file.commit()
      sums.add(name, try file.seal())
    }
    let kept = Set(files.map(\.name) + [Self.markerName])
    for name in try Self.names(in: path) where !kept.contains(name) && Self.isOwn(name) {
      try remove(name)
    }
    try AtomicFile.write(sums.bytes, to: path + "/" + Self.sumsName)
  }

  private func remove(_ name: String) throws(StagesError) {
    guard unlink(path + "/" + name) == 0 || errno == ENOENT else {
      throw .file(
        path: path + "/" + name, problem: "cannot be removed: \(String(cString: strerror(errno)))")
    }
  }

  private static func names(in path: String) throws(StagesError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    } catch {
      throw .file(path: path, problem: "cannot be read: \(error.localizedDescription)")
    }
  }

  /// Whether an export writes files of this name.
  private static func isOwn(_ name: String) -> Bool {
    let name = finalName(of: name)
    if [markerName, sumsName, LeftOutPairs.fileName].contains(name) { return true }
    if PrecomputedExport.fileNames.contains(name) { return true }
    guard name.hasPrefix(SampleExport.prefix), name.hasSuffix(SampleExport.suffix) else {
      return false
    }
    let digits = name.dropFirst(SampleExport.prefix.count).dropLast(SampleExport.suffix.count)
    return digits.count >= 5 && digits.allSatisfy { $0.isASCII && $0.isNumber }
  }

  /// The name without `.partial-PROCESS-ATTEMPT` behind it.
  private static func finalName(of name: String) -> String {
    AtomicFile.destination(ofTemporary: name)?.name ?? name
  }
}
