import Audit
import Pairs

/// One page of a workspace's pairs, for a person or as JSON.
public struct PairList: Sendable, Encodable {
  /// The pairs, in order.
  public let pairs: [InspectedPair]
  /// How many there are in all; nil where that was not counted.
  public let matching: Int?
  /// Where the next page begins; nil after the last one.
  public let next: String?

  enum CodingKeys: String, CodingKey {
    case pairs = "pairs"
    case matching = "matching"
    case next = "next"
  }

  /// A page of the index.
  public init(
    of index: InspectionIndex, _ filter: InspectionFilter, sort: InspectionSort,
    descending: Bool, after: String?, limit: Int
  ) throws {
    let page = try index.page(
      filter, sort: sort, descending: descending, after: after, limit: limit)
    (pairs, matching, next) = (page.rows, page.matching, page.next)
  }

  /// A table no wider than `width`, and how to go on.
  public func report(width: Int) -> String {
    guard !pairs.isEmpty else { return "no pairs" }
    let shown = SummaryTable.grouped(pairs.count)
    let count =
      matching.map { "\(shown) of \(SummaryTable.grouped($0)) pairs" }
      ?? (pairs.count == 1 ? "1 pair" : "\(shown) pairs")
    let more = next.map { "; the next ones: --after \($0)" } ?? ""
    return PairTable.text(pairs, width: width) + "\n\n\(count)\(more)"
  }
}
