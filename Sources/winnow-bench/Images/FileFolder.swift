import Foundation

/// A new folder, and files in it.
struct FileFolder {
  let path: String

  /// Makes the folder, with those above it.
  ///
  /// - Throws: `BenchError.folder`, also where there is something in it.
  init(_ path: String) throws(BenchError) {
    self.path = path
    let manager = FileManager.default
    let contents: [String]
    do {
      try manager.createDirectory(atPath: path, withIntermediateDirectories: true)
      contents = try manager.contentsOfDirectory(atPath: path)
    } catch {
      throw .folder(path: path, problem: "cannot be made: \(error.localizedDescription)")
    }
    guard contents.isEmpty else {
      throw .folder(path: path, problem: "there is something in it; name a new folder")
    }
  }

  /// Writes a file. Unlike results, these need not be safe on the disk.
  func add(_ name: String, _ bytes: [UInt8]) throws(BenchError) {
    let path = path + "/" + name
    do {
      try Data(bytes).write(to: URL(filePath: path))
    } catch {
      throw .folder(path: path, problem: "cannot be written: \(error.localizedDescription)")
    }
  }
}
