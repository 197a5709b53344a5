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

  /// Calls `body` with the images that groups are made of, in the order of their numbers: those with
  /// a perceptual hash and nothing wrong that a location refers to, which the images of a discarded source
  /// may have lost.
  ///
  /// One transaction and not one a page, since which images locations refer to takes a look at all
  /// locations; for a stage that writes, which holds nobody else's writes back.
  public func forEachHashedImage(_ body: (HashedImage) -> Void) throws(AuditError) {
    try read { database in
      let rows = try Row.fetchCursor(
        database,
        sql: "SELECT image_id, perceptual_hash \(Self.fromHashedImages) ORDER BY image_id")
      while let row = try rows.next() {
        body(HashedImage(imageID: row[0], hash: UInt64(bitPattern: row[1])))
      }
    }
  }

  /// There is no index on `location.image_id`: SQLite makes the set of its values, once a query.
  private static let fromHashedImages = """
    FROM image WHERE perceptual_hash <> 0 AND reason IS NULL
      AND image_id IN (SELECT image_id FROM location WHERE image_id IS NOT NULL)
    """

  /// How many pictures have no hash: those of earlier versions.
  public func unhashedImageCount() throws(AuditError) -> Int {
    try read { database in
      try Int.fetchOne(
        database,
        sql: """
          SELECT count(*) FROM image
          WHERE reason IS NULL AND coalesce(shard, 0) >= 0 AND perceptual_hash IS NULL
            AND format <> 'npy'
          """) ?? 0
    }
  }

  /// How many images belong to a group.
  public func nearImageCount() throws(AuditError) -> Int {
    try read { database in
      try Int.fetchOne(
        database, sql: "SELECT count(*) FROM image WHERE near_group IS NOT NULL") ?? 0
    }
  }

  /// How many images groups are made of.
  public func hashedImageCount() throws(AuditError) -> Int {
    try read { database in
      try Int.fetchOne(database, sql: "SELECT count(*) \(Self.fromHashedImages)") ?? 0
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
    try write(movesPairs: false) { database in
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
