import Audit
import Fetching
import Pairs
import Tensors

/// Makes a damaged shard anew from the pictures that its rows name, byte for byte as it was: a picture's
/// features depend on nothing but the picture and the featurizer.
struct ShardRepair {
  let workspace: Workspace
  let database: AuditDatabase
  let configuration: FeaturizeConfiguration
  let description: FeaturizerDescription
  let featurizer: ImageFeaturizer

  /// Writes the shard.
  ///
  /// - Returns: Its bytes and rows; nil when a picture is not there any more as it was, and nothing was
  ///   written.
  func perform(_ shard: Int) throws -> (bytes: Int, rows: Int)? {
    let images = try database.imageSources(ofShard: shard)
    guard try images.map(\.digest) == database.images(ofShard: shard) else { return nil }
    let products = try features(of: images)
    var writer = FeatureShardWriter(description, number: shard)
    for image in images {
      guard case .success(let features)? = products[image.digest]?.features else { return nil }
      _ = writer.add(features, of: image.digest)
    }
    guard writer.count > 0 else { return nil }
    return (try writer.write(to: workspace.shardPath(shard)), writer.count)
  }

  /// What comes of the images, from the first of their locations that still has them.
  private func features(
    of images: [ImageSources]
  ) throws -> [SHA256Digest: ImageFeaturizer.Product] {
    var anew = featurizer
    anew.isAnew = true
    var chunk = ImageFeaturizer.Chunk()
    let most = images.map(\.locations.count).max() ?? 0
    for attempt in 0..<most {
      let places = images.filter { chunk.products[$0.digest] == nil }.compactMap {
        attempt < $0.locations.count ? $0.locations[attempt] : nil
      }
      if places.isEmpty { break }
      let reader = try ImageReader(
        for: places, maximumBytes: configuration.limits.maximumBytes,
        store: ContentStore(folder: workspace.imagesPath))
      try anew.featurize(
        places, reader: reader, batch: configuration.batch,
        workers: Workers(configuration.threads), into: &chunk)
    }
    return chunk.products
  }
}
