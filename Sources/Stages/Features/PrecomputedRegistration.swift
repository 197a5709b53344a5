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
  let workspace: Workspace
  let database: AuditDatabase
  /// Rows of one transaction.
  var chunk = 512
  /// Called after each transaction; an error from it stops the run as a kill would.
  var afterChunk: @Sendable () throws -> Void = {}

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
  /// - Throws: `StagesError.damaged` for an array that changed since rows of it were stored,
  ///   `PairsError` for an image root that is gone; never for a row that is missing, of another
  ///   size, no features at all, or holds no numbers.
  func perform(
    command: String, configuration: String, context: StageContext
  ) throws -> FeaturizeSummary {
    let progress = try database.imageProgress()
    var arrays = PrecomputedArrays(try workspace.precomputedDescription(), of: workspace)
    var summary = FeaturizeSummary()
    summary.knownImages = progress.done
    let request = RunRequest(
      command: command, configuration: configuration, programVersion: context.programVersion,
      seed: nil, startedAt: context.now(), unit: "images")
    guard progress.done < progress.total else {
      // Killed after its last chunk.
      if let run = try database.unfinishedRun(request) {
        try database.endRun(run, context: context)
      }
      return summary
    }
    let run = try database.beginRun(request, context: context)
    var meter = ProgressMeter(
      stage: command, unit: "images", total: progress.total, done: progress.done, context: context)
    var last: Int64 = 0
    while true {
      let images = try database.pendingImages(after: last, limit: chunk)
      guard let end = images.last else { break }
      last = end.locationID
      var contents: [SHA256Digest: ImageOutcome.Result] = [:]
      arrays.close()
      let outcomes = try images.map { image in
        let result = try look(at: image, &arrays, &contents, &summary)
        return ImageOutcome(locationID: image.locationID, result: result)
      }
      // Before the rows: what the audit database refers to must be known.
      try arrays.writeDescription()
      try database.record(outcomes, run: run)
      meter.advance(by: images.count)
      try afterChunk()
    }
    try database.endRun(run, context: context)
    summary.seconds = meter.elapsed
    return summary
  }

  private func look(
    at image: PendingImage, _ arrays: inout PrecomputedArrays,
    _ contents: inout [SHA256Digest: ImageOutcome.Result], _ summary: inout FeaturizeSummary
  ) throws -> ImageOutcome.Result {
    summary.images += 1
    switch try arrays.row(of: image) {
    case .failure(let error):
      summary.failed[error.failure.reason.rawValue, default: 0] += 1
      return .unavailable(error.failure)
    case .success(let row):
      let digest = SHA256Digest(of: row.array.file.storedBytes(ofImage: row.number))
      if let earlier = contents[digest] {
        summary.sharedImages += 1
        return earlier
      }
      let result = try look(at: row, digest, &arrays, &summary)
      contents[digest] = result
      return result
    }
  }

  private func look(
    at row: PrecomputedArrays.Row, _ digest: SHA256Digest, _ arrays: inout PrecomputedArrays,
    _ summary: inout FeaturizeSummary
  ) throws -> ImageOutcome.Result {
    if let known = try database.image(with: digest) {
      summary.sharedImages += 1
      return .known(imageID: known.id)
    }
    let content = ImageContent(digest: digest, format: "npy", width: nil, height: nil)
    let features = row.array.file.features(row.number..<(row.number + 1))
    guard features.allSatisfy(Self.isUsable) else {
      let failure = RowFailure(
        .corruptImage, "its features hold values that are not finite, or 65,520 and beyond")
      summary.failed[failure.reason.rawValue, default: 0] += 1
      return .unusable(content, failure)
    }
    summary.featurized += 1
    return .featurized(
      content, FeatureAddress(shard: arrays.register(row.array), row: row.number))
  }

  /// Whether `Float16(value)` is finite, as the features of pictures must be: larger numbers make the
  /// networks overflow. From 65,520 on, halfway to the next step, 16 bits round to infinity.
  static func isUsable(_ value: Float) -> Bool { value.magnitude < 65_520 }
}
