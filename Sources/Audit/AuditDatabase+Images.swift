import Foundation
import GRDB
import Pairs

extension AuditDatabase {
  /// Image locations whose bytes are here and that no stage has looked at, or of whose picture no
  /// features are stored, in order of first appearance.
  ///
  /// - Parameters:
  ///   - location: The last number of the page before; 0 for the first page.
  ///   - limit: The most that are returned.
  public func pendingImages(
    after location: Int64 = 0, limit: Int
  ) throws(AuditError) -> [PendingImage] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT location.location_id, CAST(pair.url AS BLOB), source.image_root, fetch.sha256,
            image.sha256
          FROM location
          CROSS JOIN pair ON pair.pair_id = location.first_pair_id
          CROSS JOIN source ON source.source_id = pair.source_id
          LEFT JOIN fetch ON fetch.location_id = location.location_id
          LEFT JOIN image ON image.image_id = location.image_id
          WHERE location.location_id > ? AND (location.run_id IS NULL OR \(Self.isUnstored))
            AND (NOT location.is_remote OR fetch.sha256 IS NOT NULL)
          ORDER BY location.location_id LIMIT ?
          """, arguments: [location, limit]
      ).map { row in
        PendingImage(
          locationID: row[0], url: row.text(1) ?? "", imageRoot: row[2],
          fetched: row.hasNull(atIndex: 3) ? nil : try row.digest(3),
          known: row.hasNull(atIndex: 4) ? nil : try row.digest(4))
      }
    }
  }

  /// The URL of the first pair that has an image location, looked at or not; nil without any.
  public func firstImageURL() throws(AuditError) -> String? {
    try read { database in
      let row = try Row.fetchOne(
        database,
        sql: """
          SELECT CAST(url AS BLOB) FROM pair
          WHERE location_id IS NOT NULL ORDER BY pair_id LIMIT 1
          """)
      return row?.text(0)
    }
  }

  /// How many image locations have their bytes here, and how many of them were looked at.
  public func imageProgress() throws(AuditError) -> ImageProgress {
    try read(Self.imageProgress)
  }

  static func imageProgress(_ database: Database) throws -> ImageProgress {
    let row = try Row.fetchOne(
      database,
      sql: """
        SELECT count(*), count(location.run_id)
        FROM location LEFT JOIN fetch ON fetch.location_id = location.location_id
        WHERE NOT location.is_remote OR fetch.sha256 IS NOT NULL
        """)
    return ImageProgress(total: row?[0] ?? 0, done: row?[1] ?? 0)
  }

  /// The image with this content, when it was looked at before.
  public func image(with digest: SHA256Digest) throws(AuditError) -> StoredImage? {
    try read { database in
      let row = try Row.fetchOne(
        database,
        sql: """
          SELECT image_id, shard, shard_row, reason, detail FROM image WHERE sha256 = ?
          """, arguments: [Data(digest.bytes)])
      return try row.map { row in
        let reason: PairReason? = try closedIfPresent(row[3], column: "image.reason")
        return StoredImage(
          id: row[0],
          features: (row[1] as Int?).map { FeatureAddress(shard: $0, row: row[2]) },
          failure: reason.map { RowFailure($0, row[4] ?? "") })
      }
    }
  }

  /// Stores what came of a batch of locations in one transaction. A bad image makes all its pairs
  /// `failed`, with its reason and detail.
  ///
  /// Two locations of one batch with the same new content are both given as `featurized` or
  /// `unusable`; the first one's address and failure stand. Of a content whose features were not stored
  /// before, the address is.
  public func record(_ outcomes: [ImageOutcome], run: Int64) throws(AuditError) {
    try write { database in
      let writer = try ImageWriter(database, run: run)
      var counts: [String: Int] = [:]
      for outcome in outcomes {
        let reason = try writer.record(outcome)
        counts[reason?.rawValue ?? "ok", default: 0] += 1
      }
      try add(counts, toRun: run, in: database)
    }
  }

  /// The number of stored rows of each feature shard, in order of shard numbers.
  public func featureShards() throws(AuditError) -> [(shard: Int, rows: Int)] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT shard, max(shard_row) + 1 FROM image
          WHERE shard IS NOT NULL GROUP BY shard ORDER BY shard
          """
      ).map { ($0[0], $0[1]) }
    }
  }

  /// The images of a feature shard in the order of its rows.
  public func images(ofShard shard: Int) throws(AuditError) -> [SHA256Digest] {
    try read { database in
      try Row.fetchAll(
        database, sql: "SELECT sha256 FROM image WHERE shard = ? ORDER BY shard_row",
        arguments: [shard]
      ).map { try $0.digest(0) }
    }
  }

  /// Where the images of a feature shard can be read again: for each row, in order, all locations
  /// with its content. Reads every location.
  public func imageSources(ofShard shard: Int) throws(AuditError) -> [ImageSources] {
    try read { database in
      var rows: [ImageSources] = []
      for row in try Row.fetchAll(
        database,
        sql: """
          SELECT image.sha256, location.location_id, CAST(pair.url AS BLOB), source.image_root,
            fetch.sha256
          FROM image
          JOIN location ON location.image_id = image.image_id
          JOIN pair ON pair.pair_id = location.first_pair_id
          JOIN source ON source.source_id = pair.source_id
          LEFT JOIN fetch ON fetch.location_id = location.location_id
          WHERE image.shard = ? ORDER BY image.shard_row, location.location_id
          """, arguments: [shard])
      {
        let digest = try row.digest(0)
        if rows.last?.digest != digest { rows.append(ImageSources(digest: digest)) }
        rows[rows.count - 1].locations.append(
          PendingImage(
            locationID: row[1], url: row.text(2) ?? "", imageRoot: row[3],
            fetched: row.hasNull(atIndex: 4) ? nil : try row.digest(4)))
      }
      return rows
    }
  }

  /// Forgets the images of one shard: their locations are to be looked at again. Their scores stay,
  /// since the same pictures give the same features.
  public func discardImages(ofShard shard: Int) throws(AuditError) {
    try write { database in
      try database.execute(
        sql: """
          UPDATE location SET image_id = NULL, reason = NULL, detail = NULL, run_id = NULL
          WHERE image_id IN (SELECT image_id FROM image WHERE shard = :shard)
          """, arguments: ["shard": shard])
      try database.execute(
        sql: "DELETE FROM image WHERE shard = :shard", arguments: ["shard": shard])
      try discardNearGroups(in: database)
    }
  }

  /// Forgets all images, and with them all scores and decisions: every location is to be
  /// looked at again. What was fetched stays.
  public func discardImages() throws(AuditError) {
    try discardScores()
    try write { database in
      try database.execute(
        sql: """
          UPDATE run SET counts = NULL WHERE ended_at IS NULL AND command = 'featurize';
          UPDATE location SET image_id = NULL, reason = NULL, detail = NULL, run_id = NULL
          WHERE run_id IS NOT NULL;
          DELETE FROM image;
          """)
      try discardNearGroups(in: database)
    }
  }
}

/// Stores the outcomes of one batch.
private struct ImageWriter {
  private let run: Int64
  private let insertImage: BulkStatement
  private let findImage: BulkStatement
  private let imageReason: Statement
  private let updateLocation: BulkStatement

  init(_ database: Database, run: Int64) throws {
    self.run = run
    insertImage = try BulkStatement(
      database,
      sql: """
        INSERT INTO image
          (sha256, format, width, height, shard, shard_row, reason, detail, perceptual_hash)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (sha256) DO UPDATE SET shard = excluded.shard, shard_row = excluded.shard_row
        WHERE image.shard IS NULL AND image.reason IS NULL AND excluded.shard IS NOT NULL
        """)
    findImage = try BulkStatement(
      database, sql: "SELECT image_id FROM image WHERE sha256 = ?")
    imageReason = try database.cachedStatement(
      sql: "SELECT reason FROM image WHERE image_id = ?")
    updateLocation = try BulkStatement(
      database,
      sql: """
        UPDATE location SET image_id = ?, reason = ?, detail = ?, run_id = ?
        WHERE location_id = ?
        """)
  }

  /// Stores one outcome and returns why it failed, if it did.
  func record(_ outcome: ImageOutcome) throws -> PairReason? {
    switch outcome.result {
    case .unavailable(let failure):
      try link(outcome.locationID, image: nil, failure: failure)
      return failure.reason
    case .unusable(let content, let failure):
      let image = try store(content, features: nil, failure: failure)
      return try link(outcome.locationID, known: image)
    case .featurized(let content, let features):
      let image = try store(content, features: features, failure: nil)
      return try link(outcome.locationID, known: image)
    case .streamed(let content):
      let image = try store(content, features: nil, failure: nil)
      return try link(outcome.locationID, known: image)
    case .known(let image):
      return try link(outcome.locationID, known: image)
    }
  }

  private func store(
    _ content: ImageContent, features: FeatureAddress?, failure: RowFailure?
  ) throws -> Int64 {
    let digest = content.digest.bytes
    try insertImage.execute {
      $0.bind(bytes: digest)
      $0.bind(content.format)
      $0.bind(content.width.map(Int64.init))
      $0.bind(content.height.map(Int64.init))
      $0.bind(features.map { Int64($0.shard) })
      $0.bind(features.map { Int64($0.row) })
      $0.bind(failure?.reason.rawValue)
      $0.bind(failure?.detail)
      $0.bind(content.look?.stored)
    }
    guard let id = try findImage.integer({ $0.bind(bytes: digest) }) else {
      throw DatabaseError(message: "an image was neither inserted nor found")
    }
    return id
  }

  private func link(_ location: Int64, known image: Int64) throws -> PairReason? {
    guard let row = try Row.fetchOne(imageReason, arguments: [image]) else {
      throw AuditError.noSuchRow(table: "image", id: image)
    }
    try link(location, image: image, failure: nil)
    return try closedIfPresent(row[0], column: "image.reason")
  }

  private func link(_ location: Int64, image: Int64?, failure: RowFailure?) throws {
    let changes = try updateLocation.execute {
      $0.bind(image)
      $0.bind(failure?.reason.rawValue)
      $0.bind(failure?.detail)
      $0.bind(run)
      $0.bind(location)
    }
    guard changes == 1 else { throw AuditError.noSuchRow(table: "location", id: location) }
  }
}
