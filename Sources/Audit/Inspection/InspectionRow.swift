import Foundation
import GRDB
import Pairs

/// What the inspection index keeps of a pair, read as cheaply as can be: it is read for all of them.
struct InspectionRow {
  let pairID: Int64
  /// The kind's name.
  let kind: String
  let similarity: Double?
  let similarityA: Double?
  let similarityB: Double?
  let probability: Double?
  /// The first image of those that look nearly like the pair's; nil without one.
  let picture: Int64?
  /// The caption's bytes; nil where there is none or it was not asked for. Valid during the call.
  let caption: UnsafeRawBufferPointer?

  /// The bars that the pair counts in: the measure's number and the bar's.
  var bars: [(measure: Int, bar: Int)] {
    [similarity, similarityA, similarityB].enumerated().compactMap { measure, value in
      value.map { (measure, InspectionHistogram.finestBar(of: $0)) }
    }
  }

  /// How far what the rule decides on lies from its threshold; nil where that did not decide.
  func distance(_ rule: DecisionRule?, isDecidedOnScore: Bool) -> Double? {
    guard let rule, isDecidedOnScore else { return nil }
    return (rule.comparesProbability ? probability : similarity).map { abs($0 - rule.threshold) }
  }
}

extension AuditDatabase {
  /// Calls `body` with the next pairs in the order of their numbers, in one transaction.
  ///
  /// - Parameters:
  ///   - last: The largest number that is read.
  ///   - captionsAfter: Captions of pairs up to this number are not read.
  /// - Returns: The last pair's number; nil when there are no more.
  func forEachInspectionRow(
    after pair: Int64, through last: Int64, limit: Int, captionsAfter: Int64,
    _ body: (InspectionRow) throws -> Void
  ) throws(AuditError) -> Int64? {
    try read { database in
      try forEachRow(
        database,
        "pair.pair_id > ? AND pair.pair_id <= ? ORDER BY pair.pair_id LIMIT ?",
        [captionsAfter, pair, last, Int64(limit)], body)
    }
  }

  /// Calls `body` with one pair, unless it is not there. Its caption is not read.
  func forInspectionRow(
    ofPair pair: Int64, _ body: (InspectionRow) throws -> Void
  ) throws(AuditError) {
    try read { database in
      _ = try forEachRow(database, "pair.pair_id = ?", [.max, pair], body)
    }
  }

  private func forEachRow(
    _ database: Database, _ condition: String, _ arguments: [Int64],
    _ body: (InspectionRow) throws -> Void
  ) throws -> Int64? {
    let statement = try RawStatement(
      database,
      """
      SELECT pair.pair_id, \(InspectionKind.sql), audited.similarity, audited.similarity_a,
        audited.similarity_b, audited.clean_probability, coalesce(image.near_group, image.image_id),
        CASE WHEN pair.pair_id > ? THEN CAST(pair.caption AS BLOB) END
      FROM pair CROSS JOIN reviewed_pair AS audited ON audited.pair_id = pair.pair_id
      LEFT JOIN location ON location.location_id = pair.location_id
      LEFT JOIN image ON image.image_id = location.image_id
      WHERE \(condition)
      """)
    var last: Int64?
    try statement.forEach(arguments.map(\.databaseValue)) { row in
      let pair = row.integer(0)
      try body(
        InspectionRow(
          pairID: pair, kind: row.text(1), similarity: row.double(2), similarityA: row.double(3),
          similarityB: row.double(4), probability: row.double(5),
          picture: row.integerIfPresent(6), caption: row.bytes(7)))
      last = pair
    }
    return last
  }
}
