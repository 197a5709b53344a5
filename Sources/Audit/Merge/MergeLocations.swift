import Foundation
import GRDB
import Pairs

/// Stores where pictures are and what came of them. A location of which shards found the same is one
/// row; where they found different things it is one for each, so that every pair keeps its own.
final class MergeLocations {
  private typealias Row = RawStatement.Row

  private let inputs: [MergeInput]
  private let runs: MergeRuns
  private let insertImage: BulkStatement
  private let findImage: RawStatement
  private let insertLocation: BulkStatement
  private let findLocations: RawStatement
  private let insertFetch: BulkStatement
  private let database: Database
  /// Rows beyond the first of a URL or path.
  private(set) var variants = 0

  init(_ inputs: [MergeInput], _ runs: MergeRuns, to database: Database) throws {
    self.inputs = inputs
    self.runs = runs
    self.database = database
    insertImage = try BulkStatement(
      database,
      sql: """
        INSERT INTO image (sha256, format, width, height, reason, detail, perceptual_hash)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (sha256) DO NOTHING
        """)
    findImage = try RawStatement(
      database,
      """
      SELECT image_id, format, width, height, reason, detail, perceptual_hash
      FROM image WHERE sha256 = ?
      """)
    insertLocation = try BulkStatement(
      database,
      sql: """
        INSERT INTO location
          (digest, variant, first_pair_id, is_remote, image_id, reason, detail, run_id)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (digest, variant) DO NOTHING
        """)
    findLocations = try RawStatement(
      database,
      """
      SELECT location.location_id, fetch.sha256, fetch.reason, fetch.detail, fetch.http_status,
        location.reason, location.detail, image.sha256, location.run_id
      FROM location
      LEFT JOIN fetch ON fetch.location_id = location.location_id
      LEFT JOIN image ON image.image_id = location.image_id
      WHERE location.digest = ? ORDER BY location.variant
      """)
    insertFetch = try BulkStatement(
      database,
      sql: """
        INSERT INTO fetch
          (location_id, sha256, reason, detail, http_status, final_url, content_type, byte_count,
           seconds, tries, fetched_at, run_id)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
  }

  /// The new number of a pair's location; nil for a pair without one.
  ///
  /// - Parameters:
  ///   - copies: The audits that have the pair, all with the same outcome.
  ///   - pair: The pair's new number.
  func number(for copies: [MergeCursor], pair: Int64) throws -> Int64? {
    guard let cursor = copies.first, let row = cursor.row, let old = row.integerIfPresent(.location)
    else { return nil }
    if copies.count == 1, let last = cursor.lastLocation, last.old == old { return last.new }
    for copy in copies.dropFirst() { try compareContent(of: copy) }
    let number = try store(try describing(copies), pair: pair)
    if copies.count == 1 { cursor.lastLocation = (old, number) }
    return number
  }

  /// The copy whose account of the fetching is stored, should the location be new: the same one in
  /// whatever order shards come.
  private func describing(_ copies: [MergeCursor]) throws -> MergeCursor {
    guard copies.count > 1 else { return copies[0] }
    let ranked = try copies.map {
      cursor -> (cursor: MergeCursor, key: [UInt8], ranks: (Int, Int)) in
      guard let row = cursor.row else { return (cursor, [], (0, 0)) }
      func rank(_ column: Row.Column) throws -> Int {
        try row.integerIfPresent(column).map { try runs.rank(ofRun: $0, in: cursor.input) } ?? -1
      }
      return (cursor, row.circumstances, (try rank(.fetchRun), try rank(.locationRun)))
    }
    let least = ranked.min { left, right in
      left.key == right.key
        ? left.ranks < right.ranks : left.key.lexicographicallyPrecedes(right.key)
    }
    return least?.cursor ?? copies[0]
  }

  private func store(_ cursor: MergeCursor, pair: Int64) throws -> Int64 {
    guard let row = cursor.row else { throw AuditError.noSuchRow(table: "location", id: 0) }
    let image = try storeImage(of: cursor)
    if let new = try insert(row, cursor, variant: 0, image: image, pair: pair) { return new }
    // Another pair has it too: most often the same came of it.
    let outcome = row.outcome
    var variant: Int64 = 0
    var found: Int64?
    try findLocations.forEach([digest(row)]) { stored in
      variant += 1
      if found == nil, Self.outcome(stored) == outcome { found = stored.integer(0 as Int32) }
    }
    if let found { return found }
    guard let new = try insert(row, cursor, variant: variant, image: image, pair: pair) else {
      throw DatabaseError(message: "an image location was neither inserted nor found")
    }
    variants += 1
    return new
  }

  private func digest(_ row: Row) -> DatabaseValue {
    row.bytes(Row.Column.digest.rawValue).map { Data($0).databaseValue } ?? .null
  }

  /// As `Row.outcome`, of a row of `findLocations`.
  private static func outcome(_ row: Row) -> [UInt8] {
    (1...7).flatMap { row.valueBytes($0) } + [row.isNull(8 as Int32) ? 0 : 1]
  }

  private func insert(
    _ row: Row, _ cursor: MergeCursor, variant: Int64, image: Int64?, pair: Int64
  ) throws -> Int64? {
    let run = try row.integerIfPresent(.locationRun).map {
      try runs.number(ofRun: $0, in: cursor.input)
    }
    let changes = try insertLocation.execute {
      $0.bind(row, Row.Column.digest.rawValue)
      $0.bind(variant)
      $0.bind(pair)
      $0.bind(row, Row.Column.isRemote.rawValue)
      $0.bind(image)
      $0.bind(row, Row.Column.locationReason.rawValue)
      $0.bind(row, Row.Column.locationDetail.rawValue)
      $0.bind(run)
    }
    guard changes == 1 else { return nil }
    let number = database.lastInsertedRowID
    if !row.isNull(.fetch) {
      let fetchRun = try runs.number(ofRun: row.integer(.fetchRun), in: cursor.input)
      try insertFetch.execute {
        $0.bind(number)
        for column in [
          Row.Column.fetchSHA256, .fetchReason, .fetchDetail, .httpStatus, .finalURL, .contentType,
          .byteCount, .seconds, .tries, .fetchedAt,
        ] { $0.bind(row, column.rawValue) }
        $0.bind(fetchRun)
      }
    }
    return number
  }

  private func storeImage(of cursor: MergeCursor) throws -> Int64? {
    guard let row = cursor.row, !row.isNull(.image) else { return nil }
    let changes = try insertImage.execute {
      for column in [
        Row.Column.imageSHA256, .imageFormat, .width, .height, .imageReason, .imageDetail,
        .perceptualHash,
      ] { $0.bind(row, column.rawValue) }
    }
    return changes == 1 ? database.lastInsertedRowID : try compareContent(of: cursor)
  }

  /// The number of a content that is stored already.
  ///
  /// - Throws: `AuditError.shardsDiffer` when it was found to be something else before.
  @discardableResult
  private func compareContent(of cursor: MergeCursor) throws -> Int64? {
    guard let row = cursor.row, let bytes = row.bytes(Row.Column.imageSHA256.rawValue) else {
      return nil
    }
    let digest = Data(bytes)
    var image: Int64?
    var conflict: (before: String, now: String)?
    try findImage.forEach([digest.databaseValue]) { stored in
      image = stored.integer(0 as Int32)
      guard (1...6).flatMap({ stored.valueBytes($0) }) != row.content else { return }
      conflict = (Self.text(stored, from: 1), Self.text(row, from: Row.Column.imageFormat.rawValue))
    }
    if let conflict {
      let name = digest.map { String(format: "%02x", $0) }.joined()
      throw AuditError.shardsDiffer(
        MergeConflict(
          "the picture with SHA-256 \(name)",
          MergeConflict.Side(try other(than: cursor, with: digest), conflict.before),
          MergeConflict.Side(inputs[cursor.input].name, conflict.now)))
    }
    return image
  }

  /// The first other audit that has a picture.
  private func other(than cursor: MergeCursor, with digest: Data) throws -> String {
    for (index, input) in inputs.enumerated() where index != cursor.input {
      let isThere = try Bool.fetchOne(
        input.database, sql: "SELECT EXISTS (SELECT 1 FROM image WHERE sha256 = ?)",
        arguments: [digest])
      if isThere == true { return input.name }
    }
    return inputs[cursor.input].name
  }

  /// `jpeg, 640 × 480` and what is wrong with it.
  private static func text(_ row: Row, from column: Int32) -> String {
    let parts = (column..<column + 6).map {
      row.bytes($0).map { String(decoding: $0, as: UTF8.self) }
    }
    return "\(parts[0] ?? "no format"), \(parts[1] ?? "?") × \(parts[2] ?? "?")"
      + (parts[3].map { ", \($0)" } ?? "") + ", hash \(parts[5] ?? "none")"
  }
}
