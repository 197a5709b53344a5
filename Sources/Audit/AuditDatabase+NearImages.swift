import GRDB

extension AuditDatabase {
  /// How the groups of nearly identical images were made.
  public struct NearGrouping: Sendable, Equatable {
    /// In how many of 64 bits neighbours may differ.
    public let radius: Int
    /// How many images with a hash there were.
    public let images: Int

    /// A value of its parts.
    public init(radius: Int, images: Int) {
      self.radius = radius
      self.images = images
    }
  }

  /// An image and what it looks like.
  public struct HashedImage: Sendable, Equatable {
    /// The image's number.
    public let imageID: Int64
    /// Its perceptual hash.
    public let hash: UInt64
  }

  /// Images with features and a perceptual hash, in the order of their numbers.
  ///
  /// - Parameters:
  ///   - image: The last number of the page before; 0 for the first page.
  ///   - limit: The most that are returned.
  public func hashedImages(
    after image: Int64 = 0, limit: Int
  ) throws(AuditError) -> [HashedImage] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT image_id, perceptual_hash FROM image
          WHERE image_id > ? AND perceptual_hash <> 0 AND shard IS NOT NULL
          ORDER BY image_id LIMIT ?
          """, arguments: [image, limit]
      ).map { HashedImage(imageID: $0[0], hash: UInt64(bitPattern: $0[1])) }
    }
  }

  /// How many images of the workspace's own features have no hash: those of earlier versions.
  public func unhashedImageCount() throws(AuditError) -> Int {
    try read { database in
      try Int.fetchOne(
        database,
        sql: "SELECT count(*) FROM image WHERE shard >= 0 AND perceptual_hash IS NULL") ?? 0
    }
  }

  /// How many images belong to a group.
  public func nearImageCount() throws(AuditError) -> Int {
    try read { database in
      try Int.fetchOne(
        database, sql: "SELECT count(*) FROM image WHERE near_group IS NOT NULL") ?? 0
    }
  }

  /// How many images have features and a hash: what groups are made of.
  public func hashedImageCount() throws(AuditError) -> Int {
    try read { database in
      try Int.fetchOne(
        database,
        sql: "SELECT count(*) FROM image WHERE perceptual_hash <> 0 AND shard IS NOT NULL") ?? 0
    }
  }

  /// How the stored groups were made; nil where there are none yet.
  public func nearGrouping() throws(AuditError) -> NearGrouping? {
    try read { database in
      try Row.fetchOne(database, sql: "SELECT radius, images FROM near_grouping")
        .map { NearGrouping(radius: $0[0], images: $0[1]) }
    }
  }

  /// Replaces all groups, in one transaction.
  ///
  /// - Parameter groups: Each image that is not alone, with the first one of its group.
  public func storeNearGroups(
    _ groups: some Sequence<(image: Int64, first: Int64)>, _ grouping: NearGrouping
  ) throws(AuditError) {
    try write { database in
      try discardNearGroups(in: database)
      let update = try BulkStatement(
        database, sql: "UPDATE image SET near_group = ? WHERE image_id = ?")
      for group in groups {
        let changes = try update.execute {
          $0.bind(group.first)
          $0.bind(group.image)
        }
        guard changes == 1 else { throw AuditError.noSuchRow(table: "image", id: group.image) }
      }
      try database.execute(
        sql: "INSERT INTO near_grouping (only_row, radius, images) VALUES (1, ?, ?)",
        arguments: [grouping.radius, grouping.images])
    }
  }

  /// Forgets the groups: what they were made of changes.
  func discardNearGroups(in database: Database) throws {
    try database.execute(
      sql: """
        UPDATE image SET near_group = NULL WHERE near_group IS NOT NULL;
        DELETE FROM near_grouping;
        """)
  }
}

extension ImageLook {
  /// What the column `perceptual_hash` holds.
  var stored: Int64 {
    switch self {
    case .hash(let bits): Int64(bitPattern: bits)
    case .nothing: 0
    }
  }
}
