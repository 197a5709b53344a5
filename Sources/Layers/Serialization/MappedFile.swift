import Foundation

/// Files of weights, mapped rather than read: only the pages that are touched are loaded.
enum MappedFile {
  /// The bytes of a file.
  ///
  /// - Throws: `LayersError.unreadable`.
  static func read(_ url: URL) throws(LayersError) -> Data {
    do {
      // `mappedIfSafe` reads the whole file into memory on Linux.
      return try Data(contentsOf: url, options: .alwaysMapped)
    } catch {
      throw .unreadable(file: url.path, reason: error.localizedDescription)
    }
  }
}
