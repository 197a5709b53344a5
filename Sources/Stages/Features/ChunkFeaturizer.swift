import Audit
import Fetching
import Pairs
import Tensors

/// Makes features of some hundred image locations at a time: what featurizing and streaming share.
struct ChunkFeaturizer {
  let workspace: Workspace
  let database: AuditDatabase
  let configuration: FeaturizeConfiguration
  let featurizer: ImageFeaturizer
  /// The command that looks at pictures, for messages.
  let command: String

  /// Groups that each thread gets between two reports of progress.
  private static let groupsPerReport = 8

  /// Adds what comes of the locations to a chunk, on several threads.
  ///
  /// - Parameters:
  ///   - images: In order of first appearance.
  ///   - chunk: Without findings; contents that it knows are not looked at again.
  ///   - advance: Told now and then how many more are done.
  /// - Throws: `StagesError.damaged` for a picture that is not what a stage stored or found before,
  ///   `PairsError` for an image root that is gone, `AuditError`; never for a bad image.
  func featurize(
    _ images: [PendingImage], into chunk: inout ImageFeaturizer.Chunk, advance: (Int) -> Void
  ) throws {
    let workers = Workers(configuration.threads)
    let reader = try ImageReader(
      for: images, maximumBytes: configuration.limits.maximumBytes,
      store: ContentStore(folder: workspace.imagesPath))
    let step = configuration.batch * workers.count * Self.groupsPerReport
    for start in stride(from: 0, to: images.count, by: step) {
      let part = Array(images[start..<min(start + step, images.count)])
      try featurizer.featurize(
        part, reader: reader, batch: configuration.batch, workers: workers, into: &chunk)
      advance(part.count)
    }
    if let last = images.last, chunk.findings.contains(where: \.isLost) {
      try LostPictures(workspace: workspace, database: database, command: command)
        .refuse(after: last.locationID, images)
    }
    for (image, finding) in zip(images, chunk.findings) {
      if case .changed = finding { throw chunk.unexpected(image) }
    }
  }
}

extension ImageFeaturizer.Chunk {
  /// What came of a content that was found and is not known otherwise.
  func product(of digest: SHA256Digest) throws(StagesError) -> ImageFeaturizer.Product {
    guard let product = products[digest] else {
      throw .damaged(path: "\(digest)", problem: "the image was read and then lost")
    }
    return product
  }

  /// An error for a picture that is not the one that was looked at before.
  func unexpected(_ image: PendingImage) -> StagesError {
    .damaged(
      path: image.url,
      problem: "is gone, or not the picture any more that was looked at before"
        + (image.known.map { ", SHA-256 \($0)" } ?? "")
        + "; put that back, or give --restart to look at all such pictures anew, which discards "
        + "scores and decisions")
  }
}
