import Audit
import Fetching
import Logging
import Pairs
import Tensors

/// The work of one featurize run, chunk by chunk.
struct FeaturizeWork {
  let stage: FeaturizeStage
  let workspace: Workspace
  let database: AuditDatabase
  let description: FeaturizerDescription
  let featurizer: ImageFeaturizer
  let run: Int64
  let logger: Logger

  /// Groups that each thread gets between two reports of progress.
  private static let groupsPerReport = 8

  /// Looks at every location that is left.
  func perform(meter: ProgressMeter, summary: inout FeaturizeSummary) throws {
    var meter = meter
    var shard = (try database.featureShards().last?.shard ?? -1) + 1
    var last: Int64 = 0
    while true {
      let images = try database.pendingImages(
        after: last, limit: stage.surroundings.locationsPerShard)
      guard let end = images.last else { break }
      last = end.locationID
      let chunk = try featurize(images, meter: &meter)
      if chunk.findings.contains(where: \.isLost) {
        try LostPictures(workspace: workspace, database: database).refuse(after: last, images)
      }
      if try store(chunk, of: images, shard: shard, summary: &summary) { shard += 1 }
      try stage.surroundings.afterChunk()
    }
    summary.seconds = meter.elapsed
  }

  private func featurize(
    _ images: [PendingImage], meter: inout ProgressMeter
  ) throws -> ImageFeaturizer.Chunk {
    let configuration = stage.configuration
    let workers = Workers(configuration.threads)
    let reader = try ImageReader(
      for: images, maximumBytes: configuration.limits.maximumBytes,
      store: ContentStore(folder: workspace.imagesPath))
    let step = configuration.batch * workers.count * Self.groupsPerReport
    var chunk = ImageFeaturizer.Chunk()
    for start in stride(from: 0, to: images.count, by: step) {
      let part = Array(images[start..<min(start + step, images.count)])
      try featurizer.featurize(
        part, reader: reader, batch: configuration.batch, workers: workers, into: &chunk)
      meter.advance(by: part.count)
    }
    return chunk
  }

  /// Writes the chunk's shard, then records where everything is.
  ///
  /// - Returns: Whether there was anything for a shard.
  private func store(
    _ chunk: ImageFeaturizer.Chunk, of images: [PendingImage], shard: Int,
    summary: inout FeaturizeSummary
  ) throws -> Bool {
    var writer = FeatureShardWriter(description, number: shard)
    var stored: [SHA256Digest: ImageOutcome.Result] = [:]
    var outcomes: [ImageOutcome] = []
    for (image, finding) in zip(images, chunk.findings) {
      let result: ImageOutcome.Result
      switch finding {
      case .unavailable(let failure): result = .unavailable(failure)
      case .lost(let digest):
        throw StagesError.damaged(
          path: workspace.imagesPath, problem: "the picture \(digest) is not what was stored")
      case .content(let digest):
        if let earlier = stored[digest] {
          result = earlier
          summary.sharedImages += 1
        } else {
          result = try outcome(of: digest, in: chunk, shard: shard, writer: &writer)
          if case .known = result { summary.sharedImages += 1 }
          stored[digest] = result
        }
      }
      if let failure = count(result, in: chunk, &summary) {
        logger.trace(
          "pair failed", metadata: failure.metadata(ofLocation: image.locationID, url: image.url))
      }
      outcomes.append(ImageOutcome(locationID: image.locationID, result: result))
    }
    if writer.count > 0 {
      summary.bytes += try writer.write(to: workspace.shardPath(shard))
      summary.shards += 1
      summary.featurized += writer.count
      try stage.surroundings.afterShard(shard)
    }
    try database.record(outcomes, run: run)
    return writer.count > 0
  }

  private func outcome(
    of digest: SHA256Digest, in chunk: ImageFeaturizer.Chunk, shard: Int,
    writer: inout FeatureShardWriter
  ) throws -> ImageOutcome.Result {
    if let known = chunk.known[digest] { return .known(imageID: known.id) }
    guard let product = chunk.products[digest] else {
      throw StagesError.damaged(
        path: workspace.databasePath, problem: "the image \(digest) was read and then lost")
    }
    switch product.features {
    case .failure(let error): return .unusable(product.content, error.failure)
    case .success(let features):
      let row = writer.add(features, of: digest)
      return .featurized(product.content, FeatureAddress(shard: shard, row: row))
    }
  }

  /// - Returns: Why there are no features; nil where there are.
  private func count(
    _ result: ImageOutcome.Result, in chunk: ImageFeaturizer.Chunk,
    _ summary: inout FeaturizeSummary
  ) -> RowFailure? {
    summary.images += 1
    let failure: RowFailure? =
      switch result {
      case .unavailable(let failure), .unusable(_, let failure): failure
      case .featurized: nil
      case .known(let id): chunk.known.values.first { $0.id == id }?.failure
      }
    if let failure { summary.failed[failure.reason.rawValue, default: 0] += 1 }
    return failure
  }
}
