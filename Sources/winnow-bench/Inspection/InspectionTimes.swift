import Audit
import Foundation
import Pairs

/// How long pages take, for every order and several filters.
struct InspectionTimes: Encodable {
  /// One kind of page.
  struct Page: Encodable {
    let filter: String
    let sort: String
    let descending: Bool
    /// How many pages before it were turned.
    let depth: Int
    let rows: Int
    let matching: Int?
    /// Seconds, for the first time and the least of the others.
    let first: Double
    let least: Double

    enum CodingKeys: String, CodingKey {
      case filter = "filter"
      case sort = "sort"
      case descending = "descending"
      case depth = "depth"
      case rows = "rows"
      case matching = "matching"
      case first = "first_seconds"
      case least = "least_seconds"
    }
  }

  let pairs: Int
  let buildSeconds: Double
  let indexBytes: Int
  let auditBytes: Int
  let reopenSeconds: Double
  let reviewSeconds: Double
  let pages: [Page]
  let plans: [String]

  enum CodingKeys: String, CodingKey {
    case pairs = "pairs"
    case buildSeconds = "build_seconds"
    case indexBytes = "index_bytes"
    case auditBytes = "audit_bytes"
    case reopenSeconds = "reopen_seconds"
    case reviewSeconds = "review_seconds"
    case pages = "pages"
    case plans = "plans"
  }

  /// The filters that are timed: none, each kind of filter, words of every frequency.
  static let filters: [(name: String, filter: InspectionFilter)] = [
    ("none", InspectionFilter()),
    ("rejected", InspectionFilter(statuses: [.rejected])),
    ("near_duplicate", InspectionFilter(reasons: [.nearDuplicate])),
    ("reviewed", InspectionFilter(isReviewed: true)),
    ("similarity 0.45 to 0.55", InspectionFilter(similarity: 0.45...0.55)),
    ("similarity 0.80 to 0.81", InspectionFilter(similarity: 0.8...0.81)),
    (
      "rejected, similarity 0.2 to 0.6",
      InspectionFilter(statuses: [.rejected], similarity: 0.2...0.6)
    ),
    ("frequent word", InspectionFilter(search: GeneratedAudit.word(0))),
    ("any word with b", InspectionFilter(search: "b")),
    ("word of rank 100", InspectionFilter(search: GeneratedAudit.word(100))),
    ("word of rank 1,000", InspectionFilter(search: GeneratedAudit.word(1_000))),
    ("word of rank 25,000", InspectionFilter(search: GeneratedAudit.word(25_000))),
    (
      "two words", InspectionFilter(search: GeneratedAudit.word(1) + " " + GeneratedAudit.word(300))
    ),
    ("no such word", InspectionFilter(search: "qqq")),
    (
      "failed, frequent word", InspectionFilter(statuses: [.failed], search: GeneratedAudit.word(3))
    ),
    (
      "kept, word of rank 500, similarity 0.4 to 0.6",
      InspectionFilter(statuses: [.kept], search: GeneratedAudit.word(500), similarity: 0.4...0.6)
    ),
  ]

  static func pages(
    of index: InspectionIndex, limit: Int, repeats: Int,
    seconds: (() throws -> Void) throws -> Double
  ) throws -> [Page] {
    try filters.flatMap { name, filter in
      try InspectionSort.allCases.flatMap { sort in
        try [false, true].flatMap { descending in
          try [0, 20].compactMap { depth -> Page? in
            var cursor: String?
            for _ in 0..<depth {
              cursor = try index.page(
                filter, sort: sort, descending: descending, after: cursor, limit: limit
              ).next
              if cursor == nil { return nil }
            }
            var page: InspectionPage?
            let times = try (0...repeats).map { _ in
              try seconds {
                page = try index.page(
                  filter, sort: sort, descending: descending, after: cursor, limit: limit)
              }
            }
            return Page(
              filter: name, sort: sort.rawValue, descending: descending, depth: depth,
              rows: page?.rows.count ?? 0, matching: page?.matching, first: times[0],
              least: times.dropFirst().min() ?? times[0])
          }
        }
      }
    }
  }
}
