extension AuditSchema {
  /// Migration 2: the images of a feature shard in the order of its rows, to check a shard and to
  /// make a damaged one anew. Inserts go to the right edge.
  static let shardIndex = """
    CREATE INDEX image_by_shard ON image (shard, shard_row) WHERE shard IS NOT NULL;
    """
}
