import Audit
import Foundation
import Layers
import Pairs
import Tensors

/// Looks at every row of precomputed features that pairs name, once: its bytes are hashed, so that
/// rows with the same content are one image (some folders repeat each image five times), and its
/// numbers must be finite. What is stored is where the row lies; the features stay in their file.
///
/// Rows are taken in order of first appearance, 512 at a time, each chunk recorded in one
/// transaction: a killed run goes on with the next chunk.
struct PrecomputedRegistration {
  private static let chunk = 512

  let workspace: Workspace
  let database: AuditDatabase

  /// What is open. Arrays are opened anew for each chunk: the system counts every page that was
  /// touched of a mapped file as the program's memory, until it is let go.
  private struct Opened {
    var description: PrecomputedDescription?
    var roots: [String: ImageRoot] = [:]
    var arrays: [String: Result<PrecomputedArray, RowFailure.Thrown>] = [:]
    /// What the contents of this chunk came to.
    var contents: [SHA256Digest: ImageOutcome.Result] = [:]
    var summary = FeaturizeSummary()
  }

  /// Forgets all images, with their scores and decisions, and which arrays there were.
  func discard() throws {
    try database.discardImages()
    guard workspace.hasPrecomputedFeatures else { return }
    do {
      try FileManager.default.removeItem(atPath: workspace.precomputedPath)
    } catch {
      throw StagesError.file(
        path: workspace.precomputedPath,
        problem: "cannot be removed: \(error.localizedDescription)")
    }
  }

  /// Looks at what is left.
  ///
  /// - Throws: `StagesError.file` for arrays of different forms, or pictures among them; never for a
  ///   row that is missing or holds no numbers.
  func perform(
    command: String, configuration: String, context: StageContext
  ) throws -> FeaturizeSummary {
    let progress = try database.imageProgress()
    var opened = Opened(description: try workspace.precomputedDescription())
    opened.summary.knownImages = progress.done
    guard progress.done < progress.total else { return opened.summary }
    let run = try database.beginRun(
      RunRequest(
        command: command, configuration: configuration,
        programVersion: context.programVersion, seed: nil, startedAt: context.now()))
    var meter = ProgressMeter(
      stage: command, unit: "images", total: progress.total, done: progress.done, context: context)
    var last: Int64 = 0
    while true {
      let images = try database.pendingImages(after: last, limit: Self.chunk)
      guard let end = images.last else { break }
      last = end.locationID
      opened.contents = [:]
      opened.arrays = [:]
      let outcomes = try images.map { image in
        ImageOutcome(locationID: image.locationID, result: try look(at: image, &opened))
      }
      try database.record(outcomes, run: run)
      meter.advance(by: images.count)
    }
    try database.finishRun(run, at: context.now())
    opened.summary.seconds = meter.elapsed
    return opened.summary
  }

  private func look(
    at image: PendingImage, _ opened: inout Opened
  ) throws -> ImageOutcome.Result {
    opened.summary.images += 1
    let root = try opened.roots[image.imageRoot] ?? ImageRoot(folder: image.imageRoot)
    opened.roots[image.imageRoot] = root
    switch root.resolve(root.location(of: image.url)) {
    case .failed(let failure): return unavailable(failure, &opened)
    case .file(let path), .remote(let path):
      throw StagesError.file(
        path: path, problem: "precomputed features and pictures need a workspace each")
    case .precomputed(let path, let row):
      switch try array(at: path, &opened) {
      case .failure(let error): return unavailable(error.failure, &opened)
      case .success(let array):
        guard row < array.file.imageCount else {
          let detail = "row \(row) (from 0) of an array of \(array.file.imageCount)"
          return unavailable(RowFailure(.missingImage, detail), &opened)
        }
        let shard = opened.description?.shard(ofArrayAt: path) ?? -1
        return try look(at: row, of: array, shard: shard, &opened)
      }
    }
  }

  private func unavailable(
    _ failure: RowFailure, _ opened: inout Opened
  ) -> ImageOutcome.Result {
    opened.summary.failed[failure.reason.rawValue, default: 0] += 1
    return .unavailable(failure)
  }

  private func look(
    at row: Int, of array: PrecomputedArray, shard: Int, _ opened: inout Opened
  ) throws -> ImageOutcome.Result {
    let digest = SHA256Digest(of: array.file.storedBytes(ofImage: row))
    if let earlier = opened.contents[digest] {
      opened.summary.sharedImages += 1
      return earlier
    }
    let result: ImageOutcome.Result
    let content = ImageContent(digest: digest, format: "npy", width: nil, height: nil)
    if let known = try database.image(with: digest) {
      opened.summary.sharedImages += 1
      result = .known(imageID: known.id)
    } else if array.file.features(row..<(row + 1)).allSatisfy(\.isFinite) {
      opened.summary.featurized += 1
      result = .featurized(content, FeatureAddress(shard: shard, row: row))
    } else {
      let failure = RowFailure(.corruptImage, "its features hold values that are not finite")
      opened.summary.failed[failure.reason.rawValue, default: 0] += 1
      result = .unusable(content, failure)
    }
    opened.contents[digest] = result
    return result
  }

  /// Opens an array, and notes it down before any row of it is recorded.
  private func array(
    at path: String, _ opened: inout Opened
  ) throws -> Result<PrecomputedArray, RowFailure.Thrown> {
    if let known = opened.arrays[path] { return known }
    if let shard = opened.description?.shard(ofArrayAt: path), let known = opened.description {
      let array = Result<PrecomputedArray, RowFailure.Thrown>.success(
        try known.array(ofShard: shard, in: workspace))
      opened.arrays[path] = array
      return array
    }
    let array: PrecomputedArray
    do {
      array = try PrecomputedArray(at: path)
    } catch {
      let failed = Result<PrecomputedArray, RowFailure.Thrown>.failed(.corruptImage, "\(error)")
      opened.arrays[path] = failed
      return failed
    }
    var description =
      opened.description
      ?? PrecomputedDescription(regions: array.file.regions, dimension: array.file.dimension)
    guard description.regions == array.file.regions, description.dimension == array.file.dimension
    else {
      throw StagesError.file(
        path: path,
        problem: "has \(array.file.regions) regions of \(array.file.dimension) numbers, but the "
          + "other arrays of the workspace have \(description.regions) of "
          + "\(description.dimension); use another workspace")
    }
    description.add(array.description)
    try workspace.write(description)
    opened.description = description
    opened.arrays[path] = .success(array)
    return .success(array)
  }
}

extension Workspace {
  /// Whether the workspace's images are rows of precomputed features.
  func isPrecomputed(in database: AuditDatabase) throws -> Bool {
    try hasPrecomputedFeatures || awaitsPrecomputedFeatures(in: database)
  }

  /// Whether there are images that were not looked at, the first of them precomputed features.
  func awaitsPrecomputedFeatures(in database: AuditDatabase) throws -> Bool {
    guard let image = try database.pendingImages(limit: 1).first else { return false }
    let root = try ImageRoot(folder: image.imageRoot)
    if case .precomputed = root.location(of: image.url) { return true }
    return hasPrecomputedFeatures
  }
}
