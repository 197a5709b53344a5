import GRDB
import Pairs

/// A harvested pair of which a person said whether it matches.
public struct ReviewedPair: Sendable, Equatable, Codable {
  /// The pair's number.
  public let pairID: Int64
  /// The pair's name across runs.
  public let key: PairKey
  /// `kept` or `rejected`.
  public let verdict: PairStatus

  enum CodingKeys: String, CodingKey {
    case pairID = "pair_id"
    case key = "key"
    case verdict = "verdict"
  }
}

extension AuditDatabase {
  /// The harvested pairs of which a person said something that was not taken back, in the order of
  /// their numbers.
  public func reviewedPairs() throws(AuditError) -> [ReviewedPair] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT pair.pair_id, pair.key, pair.occurrence, review.verdict
          FROM review
          JOIN pair ON pair.pair_id = review.pair_id
          JOIN source ON source.source_id = pair.source_id
          WHERE source.role = 'train' AND review.verdict IN ('kept', 'rejected')
            AND review.review_id = (
              SELECT max(latest.review_id) FROM review AS latest
              WHERE latest.pair_id = review.pair_id)
          ORDER BY pair.pair_id
          """
      ).map { row in
        ReviewedPair(
          pairID: row[0], key: try row.pairKey(1), verdict: try closed(row[3], column: "verdict"))
      }
    }
  }
}
