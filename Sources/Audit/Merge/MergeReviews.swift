import Foundation
import GRDB
import Pairs

/// What people said of pairs, in the audits that are united and in the one that is made anew.
final class MergeReviews {
  /// A review without its numbers.
  private struct Review: Hashable {
    let verdict: String
    let note: [UInt8]?
    let reviewer: [UInt8]
    let createdAt: String

    /// When, then whatever else tells two apart.
    static func isBefore(_ left: Review, _ right: Review) -> Bool {
      left.order.lexicographicallyPrecedes(right.order)
    }

    private var order: [UInt8] {
      Array(createdAt.utf8) + [0] + reviewer + [0] + Array(verdict.utf8) + [0] + (note ?? [])
    }
  }

  /// Reviews that were made in the audit that is made anew, not brought there.
  private let own: Database?
  private var ownOfSource: [Int64: [Review]] = [:]
  private let inputs: [MergeInput]
  private let insert: Statement
  /// How many were stored.
  private(set) var stored = 0
  /// How many of those made there were found a pair for.
  private(set) var ownStored = 0

  init(_ inputs: [MergeInput], own: Database?, to database: Database) throws {
    self.inputs = inputs
    self.own = own
    insert = try database.makeStatement(
      sql: """
        INSERT INTO review (pair_id, verdict, note, reviewer, created_at, is_merged)
        VALUES (?, ?, CAST(? AS TEXT), CAST(? AS TEXT), ?, ?)
        """)
  }

  /// Looks up what was said of a source's pairs in the audit that is made anew.
  func begin(_ source: MergeSource) throws {
    ownOfSource = [:]
    guard let own else { return }
    let rows = try Row.fetchCursor(
      own,
      sql: """
        SELECT pair.line, \(Self.columns)
        FROM review
        CROSS JOIN pair ON pair.pair_id = review.pair_id
        CROSS JOIN source ON source.source_id = pair.source_id
        WHERE NOT review.is_merged AND source.path = ?
        ORDER BY review.review_id
        """, arguments: [source.description.path])
    while let row = try rows.next() {
      ownOfSource[row[0], default: []].append(Self.review(row, from: 1))
    }
  }

  /// Stores what was said of a pair.
  func write(pair: Int64, line: Int64, _ copies: [MergeCursor]) throws {
    let here = ownOfSource[line] ?? []
    var sequences = here.isEmpty ? [] : [here]
    for copy in copies {
      guard let row = copy.row, row.integer(.isReviewed) != 0 else { continue }
      let reviews = try Row.fetchAll(
        inputs[copy.input].database,
        sql: "SELECT \(Self.columns) FROM review WHERE pair_id = ? ORDER BY review_id",
        arguments: [row.integer(.pair)]
      ).map { Self.review($0, from: 0) }
      if !sequences.contains(reviews) { sequences.append(reviews) }
    }
    guard !sequences.isEmpty else { return }
    // One audit's own order stands, whatever its clock did; of several, time decides.
    let all =
      sequences.count == 1
      ? sequences[0] : Set(sequences.joined()).sorted(by: Review.isBefore)
    let brought = Set(sequences.dropFirst(here.isEmpty ? 0 : 1).joined())
    for review in all {
      let isOwn = here.contains(review) && !brought.contains(review)
      try insert.execute(arguments: [
        pair, review.verdict, review.note.map { Data($0) }, Data(review.reviewer),
        review.createdAt, !isOwn,
      ])
      stored += 1
    }
    ownStored += here.count
  }

  private static let columns = """
    review.verdict, CAST(review.note AS BLOB), CAST(review.reviewer AS BLOB), review.created_at
    """

  private static func review(_ row: Row, from index: Int) -> Review {
    Review(
      verdict: row[index], note: (row[index + 1] as Data?).map { Array($0) },
      reviewer: Array(row[index + 2] as Data), createdAt: row[index + 3])
  }
}
