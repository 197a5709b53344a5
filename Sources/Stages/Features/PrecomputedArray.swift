import Foundation
import Glibc
import Layers
import Pairs

/// An array of precomputed features, mapped where it lies.
struct PrecomputedArray: FeatureRows {
  /// The mapped file.
  let file: NumPyFile
  /// What the file is like now.
  let description: PrecomputedDescription.Array

  /// Opens an array.
  ///
  /// - Throws: `PairsError.cannotRead` or `LayersError`, naming the file.
  init(at path: String) throws {
    // Also refuses folders, and pipes that would never end.
    _ = try ReadableFile(path: path)
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw StagesError.file(path: path, problem: String(cString: strerror(errno)))
    }
    file = try NumPyFile(contentsOf: URL(fileURLWithPath: path))
    description = PrecomputedDescription.Array(
      path: path, images: file.imageCount, elementType: file.elementType.rawValue,
      bytes: Int64(status.st_size),
      modified: "\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)")
  }

  func features(_ rows: Range<Int>) throws -> [Float] {
    guard rows.lowerBound >= 0, rows.upperBound <= file.imageCount else {
      throw StagesError.damaged(
        path: file.name,
        problem: "has \(file.imageCount) rows, but the audit database refers to row "
          + "\(rows.upperBound - 1) (from 0); give winnow-featurize --restart to look at all "
          + "features anew")
    }
    return file.features(rows)
  }
}
