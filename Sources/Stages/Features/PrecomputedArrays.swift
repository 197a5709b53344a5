import Audit
import Foundation
import Pairs

/// The arrays that a registration reads: those that the workspace knows, and new ones, which become
/// known with the first row of theirs that is good.
///
/// Arrays are opened anew for each chunk: the system counts every page that was touched of a mapped
/// file as the program's memory, until it is let go.
struct PrecomputedArrays {
  /// A row of an array that goes with the workspace's.
  struct Row {
    let array: PrecomputedArray
    /// From 0.
    let number: Int
  }

  private let workspace: Workspace
  private var description: PrecomputedDescription?
  private var isWritten = true
  private var roots: [String: ImageRoot] = [:]
  private var opened: [String: Result<PrecomputedArray, RowFailure.Thrown>] = [:]
  /// The shards of the arrays that are known.
  private var shards: [String: Int]

  init(_ description: PrecomputedDescription?, of workspace: Workspace) {
    self.description = description
    self.workspace = workspace
    shards = description?.shards ?? [:]
  }

  /// Lets go of the files.
  mutating func close() { opened = [:] }

  /// The row that a location names, or why there is none.
  ///
  /// - Throws: `StagesError.damaged` for a known array that changed, `PairsError` when the image root
  ///   is gone.
  mutating func row(of image: PendingImage) throws -> Result<Row, RowFailure.Thrown> {
    let root = try roots[image.imageRoot] ?? ImageRoot(folder: image.imageRoot)
    roots[image.imageRoot] = root
    let location = root.location(of: image.url)
    if let refusal = ImageKind.precomputed.refusal(of: location) {
      return .failed(refusal.reason, refusal.detail)
    }
    switch root.resolve(location) {
    case .failed(let failure): return .failed(failure.reason, failure.detail)
    case .file, .remote: return .failed(.unsupportedURL, "the URL names no precomputed features")
    case .precomputed(let path, let number): return try row(number, ofArrayAt: path)
    }
  }

  private mutating func row(
    _ number: Int, ofArrayAt path: String
  ) throws -> Result<Row, RowFailure.Thrown> {
    switch try array(at: path) {
    case .failure(let error): return .failure(error)
    case .success(let array):
      if let conflict = array.file.sizes.conflict(with: description?.sizes) {
        return .failed(.corruptImage, "\(path): \(conflict)")
      }
      guard number < array.file.imageCount else {
        return .failed(
          .missingImage, "row \(number) (from 0) of an array of \(array.file.imageCount)")
      }
      guard shards[path] != nil || shards.count < PrecomputedDescription.maximumArrays else {
        return .failed(
          .unreadableImage,
          "the workspace reads \(PrecomputedDescription.maximumArrays) arrays already, which is "
            + "the most; put the features together in fewer files")
      }
      return .success(Row(array: array, number: number))
    }
  }

  private mutating func array(
    at path: String
  ) throws -> Result<PrecomputedArray, RowFailure.Thrown> {
    if let known = opened[path] { return known }
    let array: Result<PrecomputedArray, RowFailure.Thrown>
    if let shard = shards[path], let description {
      array = .success(try description.array(ofShard: shard, in: workspace))
    } else {
      do {
        array = .success(try PrecomputedArray(at: path))
      } catch {
        array = .failed(.corruptImage, "\(error)")
      }
    }
    opened[path] = array
    return array
  }

  /// Makes an array known, since a row of it is good; the first one decides the workspace's sizes.
  ///
  /// - Returns: its shard.
  mutating func register(_ array: PrecomputedArray) -> Int {
    let path = array.description.path
    if let known = shards[path] { return known }
    var changed = description ?? PrecomputedDescription(sizes: array.file.sizes)
    let shard = changed.add(array.description)
    description = changed
    shards[path] = shard
    isWritten = false
    return shard
  }

  /// Writes which arrays are known, unless that is on disk.
  mutating func writeDescription() throws {
    guard !isWritten, let description else { return }
    try workspace.write(description)
    isWritten = true
  }
}
