import Foundation
import Pairs
import Testing

@testable import Audit

@Suite struct InspectionPageTests {
  /// Made once: nothing here changes it.
  private struct Shared {
    let fixture: InspectionFixture
    let index: InspectionIndex
    let pairs: [InspectedPair]

    init() throws {
      fixture = try InspectionFixture()
      for pair in [3, 8, 21, 40, 41] as [Int64] { try fixture.review(pair, .kept) }
      for pair in [4, 9, 41, 305] as [Int64] { try fixture.review(pair, .rejected) }
      try fixture.review(21, .withdrawn)
      index = try fixture.index()
      pairs = try fixture.allPairs()
    }
  }

  private static let shared = Result { try Shared() }

  let index: InspectionIndex
  let pairs: [InspectedPair]

  init() throws {
    let shared = try Self.shared.get()
    (index, pairs) = (shared.index, shared.pairs)
  }

  static let filters: [InspectionFilter] = [
    InspectionFilter(),
    InspectionFilter(roles: Set(PairRole.allCases)),
    InspectionFilter(roles: [.test]),
    InspectionFilter(statuses: [.rejected]),
    InspectionFilter(statuses: [.kept, .failed]),
    InspectionFilter(reasons: [.nearDuplicate, .missingImage]),
    InspectionFilter(reasons: [.overruled]),
    InspectionFilter(roles: [.train, .meta], isReviewed: true),
    InspectionFilter(isReviewed: false),
    InspectionFilter(similarity: 0.35...0.7),
    InspectionFilter(similarity: 0.5...0.5),
    InspectionFilter(statuses: [.rejected], similarity: 0...0.45),
    InspectionFilter(search: "dog"),
    InspectionFilter(search: "CAT"),
    InspectionFilter(search: "ca r"),
    InspectionFilter(search: "cafe, UBER!"),
    InspectionFilter(search: "猫"),
    InspectionFilter(search: "7"),
    InspectionFilter(search: "no"),
    InspectionFilter(search: " -- \" * () "),
    InspectionFilter(statuses: [.kept], search: "dog blue"),
    InspectionFilter(search: "red", similarity: 0.3...0.8),
    InspectionFilter(roles: Set(PairRole.allCases), statuses: [.failed], search: "b"),
  ]

  /// Each way to a page: walking, looking up what a search or a range finds, walking along its bits.
  static let efforts = [
    PageFinder.Effort(),
    PageFinder.Effort(walkByValue: 5, walkByCaption: 5, mostTests: 3),
    PageFinder.Effort(walkByValue: 5, walkByCaption: 5, mostLookups: 3),
  ]

  @Test(arguments: filters, InspectionSort.allCases)
  func pagesHoldEveryPairOnceInOrder(_ filter: InspectionFilter, _ sort: InspectionSort) throws {
    let passing = pairs.filter { InspectionFixture.passes($0, filter) }
    for descending in [false, true] {
      let wanted = InspectionFixture.sorted(passing, sort, descending: descending)
      for (effort, limit) in zip(Self.efforts, [97, 41, 29]) {
        var found: [Int64] = []
        var cursor: String?
        repeat {
          let page = try index.page(
            filter, sort: sort, descending: descending, after: cursor, limit: limit,
            effort: effort)
          #expect(page.rows.count <= limit)
          if let matching = page.matching { #expect(matching == passing.count) }
          found += page.rows.map(\.pairID)
          cursor = page.next
          #expect(cursor == nil || page.rows.count == limit)
        } while cursor != nil && found.count < 1_000
        #expect(found == wanted, "\(descending), \(limit)")
      }
    }
    if filter.search.isEmpty { #expect(try index.count(filter) == passing.count) }
  }

  @Test func everyKindOfStandingOccurs() throws {
    let statuses = Set(pairs.map(\.finalStatus))
    #expect(statuses == Set(PairStatus.allCases))
    #expect(pairs.contains { $0.finalReason == .overruled })
    #expect(pairs.contains { $0.isReviewed && $0.finalReason != .overruled })
    #expect(Self.filters.filter { !$0.search.isEmpty }.count > 8)
    // A search that no pair passes, and most that some do.
    let counts = Self.filters.map { filter in
      pairs.filter { InspectionFixture.passes($0, filter) }.count
    }
    #expect(counts.filter { $0 == 0 }.count <= 3, "\(counts)")
  }

  @Test func countsAndHistogramAreThoseOfThePairs() throws {
    let counts = try index.counts()
    #expect(counts.reduce(0) { $0 + $1.pairs } == pairs.count)
    for count in counts {
      let same = pairs.filter {
        $0.role == count.role && $0.stage == count.stage && $0.status == count.status
          && $0.reason == count.reason && $0.finalStatus == count.finalStatus
          && $0.finalReason == count.finalReason && $0.isReviewed == count.isReviewed
      }
      #expect(same.count == count.pairs)
    }
    let harvested = pairs.filter { $0.role == .train }
    let measures: [(InspectionMeasure, KeyPath<InspectedPair, Double?>)] = [
      (.mean, \.similarity), (.networkA, \.similarityA), (.networkB, \.similarityB),
    ]
    for (measure, value) in measures {
      let histogram = try index.histogram(bars: 20, of: measure)
      #expect(histogram.unscored == harvested.filter { $0[keyPath: value] == nil }.count)
      for (number, bar) in histogram.bars.enumerated() {
        let inside = harvested.filter { pair in
          // A similarity just below a bar's end counts as the finest bars round it.
          pair[keyPath: value].map { min(Int($0 * 1_000) / 50, 19) == number } ?? false
        }
        #expect(bar.pairs == inside.count)
        #expect(bar.final[.kept] ?? 0 == inside.filter { $0.finalStatus == .kept }.count)
        #expect(bar.model[.kept] ?? 0 == inside.filter { $0.status == .kept }.count)
      }
    }
    let encoded = try JSONEncoder().encode(index.histogram(bars: 10))
    #expect(
      try JSONDecoder().decode(InspectionHistogram.self, from: encoded)
        == index.histogram(bars: 10))
    #expect(throws: AuditError.self) { try index.histogram(bars: 30) }
    #expect(throws: AuditError.self) { try index.histogram(bars: 0) }
  }

  /// Whatever the number of pairs, each part of a page is one range of one index, read in order.
  @Test func everyOrderIsOneRangeOfAnIndex() throws {
    let plans = try index.queryPlans()
    let steps = plans.filter { $0.hasPrefix("  ") }
    #expect(steps.count == 2 * (3 * 3 + 2 + 1))
    for step in steps {
      #expect(step.hasPrefix("  SEARCH entry USING COVERING INDEX entry_by_"), "\(step)")
      #expect(step.contains("(kind=? AND "), "\(step)")
    }
  }

  @Test(arguments: [
    "", "-", "similarity", "similarity-a-", "similarity-a-zz-1", "similarity-a-none-",
    "similarity-a-none-x", "similarity-a-none--1", "similarity-d-none-1", "random-a-none-1",
    "similarity-a-7ff8000000000000-1", "similarity-a-3fe0000000000000-99999999999999999999",
    "similarity-a-none-1; DROP TABLE entry", "similarity-a-\u{0}-1",
    String(repeating: "similarity-a-none-1", count: 100_000),
  ])
  func aCursorThatNoPageGaveIsRefused(_ cursor: String) throws {
    #expect(throws: AuditError.badCursor(cursor)) {
      try index.page(InspectionFilter(), sort: .similarity, after: cursor, limit: 5)
    }
  }

  @Test func cursorsThatMightHaveBeenGivenLeadSomewhere() throws {
    for cursor in [
      "similarity-a-none-0", "similarity-a-7ff0000000000000-5",
      "similarity-a-fff0000000000000-9223372036854775807", "similarity-a-0-0",
    ] {
      _ = try index.page(InspectionFilter(), sort: .similarity, after: cursor, limit: 5)
    }
  }

  @Test func whatCannotBeAskedForIsRefused() throws {
    for limit in [-1, 0, 1_001, .max, .min] {
      #expect(throws: AuditError.self) {
        try index.page(InspectionFilter(), sort: .random, limit: limit)
      }
    }
    let words = (0...InspectionFilter.mostWords).map { "w\($0)" }.joined(separator: " ")
    for search in [words, String(repeating: "x", count: 5_000)] {
      #expect(throws: AuditError.self) {
        try index.page(InspectionFilter(search: search), sort: .random, limit: 5)
      }
    }
    let same = String(repeating: "dog ", count: 1_000)
    #expect(
      try index.page(InspectionFilter(search: same), sort: .manifest, limit: 5).rows.count == 5)
  }
}
