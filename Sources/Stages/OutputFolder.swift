import Foundation

/// The folders that users name for outputs.
enum OutputFolder {
  /// Creates the folder of a file that is about to be written, where it is missing.
  ///
  /// - Throws: `StagesError.file`.
  static func create(for path: String) throws(StagesError) {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw .file(path: folder.path, problem: "cannot be created: \(error.localizedDescription)")
    }
  }
}
