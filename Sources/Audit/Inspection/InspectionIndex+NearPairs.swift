import GRDB
import Pairs

/// A pair whose picture is another's, or looks nearly like it.
public struct NearPair: Sendable, Equatable, Encodable {
  /// The pair.
  public let pair: InspectedPair
  /// Whether its picture is the same file.
  public let isSameFile: Bool
  /// In how many of 64 bits what the pictures look like differs; nil where one shows nothing.
  public let differingBits: Int?

  enum CodingKeys: String, CodingKey {
    case pair = "pair"
    case isSameFile = "same_file"
    case differingBits = "differing_bits"
  }
}

/// The pairs of the same or nearly the same picture.
public struct NearPairs: Sendable, Equatable, Encodable {
  /// The first of them, in the order of their numbers.
  public let pairs: [NearPair]
  /// How many there are.
  public let total: Int

  enum CodingKeys: String, CodingKey {
    case pairs = "pairs"
    case total = "total"
  }
}

extension InspectionIndex {
  /// The other pairs that show the same picture as a pair, or one that looks nearly like it: those
  /// that `winnow-purify` put into one group.
  ///
  /// - Parameter limit: The most that are returned.
  public func nearPairs(ofPair pair: Int64, limit: Int) throws(AuditError) -> NearPairs {
    let (ids, total) = try read { database -> ([Int64], Int) in
      guard
        let picture = try Int64.fetchOne(
          database, sql: "SELECT picture FROM entry WHERE pair_id = ?", arguments: [pair])
      else { return ([], 0) }
      return (
        try Int64.fetchAll(
          database,
          sql: """
            SELECT pair_id FROM entry WHERE picture = ? AND pair_id <> ? ORDER BY pair_id LIMIT ?
            """, arguments: [picture, pair, limit]),
        try Int.fetchOne(
          database, sql: "SELECT count(*) - 1 FROM entry WHERE picture = ?", arguments: [picture])
          ?? 0
      )
    }
    guard let own = try audit.inspectedPair(pair) else { return NearPairs(pairs: [], total: 0) }
    let pairs = try audit.inspectedPairs(ids).map { other in
      NearPair(
        pair: other, isSameFile: other.imageSHA256 == own.imageSHA256,
        differingBits: zip(own.look, other.look).map { ($0 ^ $1).nonzeroBitCount })
    }
    return NearPairs(pairs: pairs, total: total)
  }
}

/// Both of two values, where both are there.
private func zip(_ left: UInt64?, _ right: UInt64?) -> (UInt64, UInt64)? {
  guard let left, let right else { return nil }
  return (left, right)
}
