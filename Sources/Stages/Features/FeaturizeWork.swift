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

  /// Looks at every location that is left.
  func perform(meter: ProgressMeter, summary: inout FeaturizeSummary) throws {
    var meter = meter
    let chunks = ChunkFeaturizer(
      workspace: workspace, database: database, configuration: stage.configuration,
      featurizer: featurizer, command: "winnow-featurize")
    var shard = (try database.featureShards().last?.shard ?? -1) + 1
    var last: Int64 = 0
    while true {
      let images = try database.pendingImages(
        after: last, limit: stage.surroundings.locationsPerShard)
      guard let end = images.last else { break }
      last = end.locationID
      var chunk = ImageFeaturizer.Chunk()
      try chunks.featurize(images, into: &chunk) { meter.advance(by: $0) }
      if try store(chunk, of: images, shard: shard, summary: &summary) { shard += 1 }
      try stage.surroundings.afterChunk()
    }
    summary.seconds = meter.elapsed
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
      case .lost, .changed: throw chunk.unexpected(image)
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
    let product = try chunk.product(of: digest)
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
      case .featurized, .streamed: nil
      case .known(let id): chunk.known.values.first { $0.id == id }?.failure
      }
    if let failure { summary.failed[failure.reason.rawValue, default: 0] += 1 }
    return failure
  }
}
