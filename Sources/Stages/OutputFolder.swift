import Foundation
import Pairs

/// The folders that users name for outputs.
enum OutputFolder {
  /// Creates the folder of a file that is about to be written, where it is missing.
  ///
  /// - Throws: `StagesError.file`.
  static func create(for path: String) throws(StagesError) {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    do {
      try DurableFolder.create(folder.path)
    } catch {
      throw .file(path: error.path, problem: "the folder cannot be made: \(error.problem)")
    }
  }
}
