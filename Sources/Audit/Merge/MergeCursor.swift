import GRDB
import Pairs

/// The lines of one source in one audit, in their order, each with all that is known of it.
final class MergeCursor {
  /// What a row holds, in the order of the query's columns.
  enum Column: Int32 {
    case line, key, occurrence, caption, url, lineEnding, pairReason, pairDetail
    case rawPair, rawBytes, rawOffset, rawCount
    case location, digest, isRemote, locationReason, locationDetail, locationRun
    case fetch, fetchSHA256, fetchReason, fetchDetail, httpStatus, finalURL, contentType, byteCount
    case seconds, tries, fetchedAt, fetchRun
    case image, imageSHA256, imageFormat, width, height, imageReason, imageDetail, perceptualHash
    case similarityA, similarityB, similarity, scoreRun
    case decision, isKept, decisionReason, decisionDetail, cleanProbability
    case pair, isReviewed
  }

  /// The audit's place among all.
  let input: Int
  /// How many rows were read.
  private(set) var count = 0
  /// The row that the cursor stands at; nil after the last.
  private(set) var row: RawStatement.Row?
  /// Its line's number.
  private(set) var line: Int64 = 0
  /// The last location that was stored, by its old number: captions of a picture follow each other.
  var lastLocation: (old: Int64, new: Int64)?
  private let statement: RawStatement

  init(_ part: MergeSource.Part, of database: Database, _ shown: MergeDecisions.Shown) throws {
    input = part.input
    statement = try RawStatement(database, Self.sql)
    try statement.begin([
      shown.model.databaseValue, shown.run.databaseValue, part.id.databaseValue,
    ])
    try advance()
  }

  /// Goes to the next row.
  func advance() throws {
    row = try statement.next()
    if let row {
      line = row.integer(Column.line.rawValue)
      count += 1
    }
  }

  private static let sql = """
    SELECT pair.line, pair.key, pair.occurrence, pair.caption, pair.url, pair.line_ending,
      pair.reason, pair.detail,
      raw_line.pair_id, raw_line.bytes, raw_line.byte_offset, raw_line.byte_count,
      location.location_id, location.digest, location.is_remote, location.reason, location.detail,
      location.run_id,
      fetch.location_id, fetch.sha256, fetch.reason, fetch.detail, fetch.http_status,
      fetch.final_url, fetch.content_type, fetch.byte_count, fetch.seconds, fetch.tries,
      fetch.fetched_at, fetch.run_id,
      image.image_id, image.sha256, image.format, image.width, image.height, image.reason,
      image.detail, image.perceptual_hash,
      score.similarity_a, score.similarity_b, score.similarity, score.run_id,
      decision.pair_id, decision.is_kept, decision.reason, decision.detail,
      decision.clean_probability,
      pair.pair_id, EXISTS (SELECT 1 FROM review WHERE review.pair_id = pair.pair_id)
    FROM pair
    LEFT JOIN raw_line ON raw_line.pair_id = pair.pair_id
    LEFT JOIN location ON location.location_id = pair.location_id
    LEFT JOIN fetch ON fetch.location_id = location.location_id
    LEFT JOIN image ON image.image_id = location.image_id
    LEFT JOIN score ON score.model_id = ?1 AND score.pair_id = pair.pair_id
    LEFT JOIN decision ON decision.run_id = ?2 AND decision.pair_id = pair.pair_id
    WHERE pair.source_id = ?3 ORDER BY pair.line
    """
}

extension RawStatement.Row {
  typealias Column = MergeCursor.Column

  /// An integer; 0 for NULL.
  func integer(_ column: Column) -> Int64 { integer(column.rawValue) }
  /// An integer, or nil for NULL.
  func integerIfPresent(_ column: Column) -> Int64? { integerIfPresent(column.rawValue) }
  /// A number, or nil for NULL.
  func double(_ column: Column) -> Double? { double(column.rawValue) }
  /// Whether there is nothing.
  func isNull(_ column: Column) -> Bool { isNull(column.rawValue) }

  /// What came of the pair's picture: the better, the smaller.
  var quality: Int {
    if isNull(.location) { return 0 }
    if !isNull(.fetchReason) || !isNull(.locationReason) || !isNull(.imageReason) { return 1 }
    return isNull(.image) ? 2 : 0
  }

  /// What came of the location, in bytes that differ when anything does that is seen of a pair.
  var outcome: [UInt8] {
    bytes(of: [
      .fetchSHA256, .fetchReason, .fetchDetail, .httpStatus, .locationReason, .locationDetail,
      .imageSHA256,
    ]) + [isNull(.locationRun) ? 0 : 1]
  }

  /// What the content is, in bytes.
  var content: [UInt8] {
    bytes(of: [.imageFormat, .width, .height, .imageReason, .imageDetail, .perceptualHash])
  }

  /// How the location was fetched, in bytes.
  var circumstances: [UInt8] {
    bytes(of: [.fetchedAt, .seconds, .tries, .finalURL, .contentType, .byteCount])
  }

  private func bytes(of columns: [Column]) -> [UInt8] {
    columns.flatMap { valueBytes($0.rawValue) }
  }

  /// A value's type, length and bytes.
  func valueBytes(_ column: Int32) -> [UInt8] {
    guard let value = bytes(column) else { return [0] }
    // An integer or a number as its text: the same value is always the same bytes.
    return [1] + withUnsafeBytes(of: UInt64(value.count).bigEndian) { Array($0) } + Array(value)
  }
}
