/// What a featurize run did.
public struct FeaturizeSummary: StageSummary, Equatable {
  /// Image locations looked at by this run.
  public var images = 0
  /// Image locations that were looked at before.
  public var knownImages = 0
  /// Contents that this run made features of.
  public var featurized = 0
  /// Locations whose content was looked at before under another name.
  public var sharedImages = 0
  /// Locations of this run without features, by reason code.
  public var failed: [String: Int] = [:]
  /// Shard files that were damaged or gone, and whose images this run made features of again.
  public var damagedShards: [String] = []
  /// Shards written.
  public var shards = 0
  /// Their bytes.
  public var bytes = 0
  /// Seconds that it took, without loading the weights.
  public var seconds = 0.0

  enum CodingKeys: String, CodingKey {
    case images = "images"
    case knownImages = "known_images"
    case featurized = "featurized"
    case sharedImages = "shared_images"
    case failed = "failed"
    case damagedShards = "damaged_shards"
    case shards = "shards"
    case bytes = "bytes"
    case seconds = "seconds"
  }

  /// Of looking at images.
  public var throughput: Throughput? {
    images > 0 ? Throughput(images, "images", seconds: seconds) : nil
  }

  /// The numbers as a table.
  public var report: String {
    var table = SummaryTable()
    for path in damagedShards { table.add("damaged, made anew", path) }
    table.add("images looked at", images)
    if knownImages > 0 { table.add("images known before", knownImages) }
    table.add("featurized", featurized)
    if sharedImages > 0 { table.add("same content as another", sharedImages) }
    table.add("failed images", failed.values.reduce(0, +))
    for (reason, count) in failed.sorted(by: { $0.key < $1.key }) {
      table.add("  \(reason)", count)
    }
    if shards > 0 { table.add("shards", "\(shards) (\(DiskSpace.text(Int64(bytes))))") }
    table.add(throughput)
    return table.text
  }
}
