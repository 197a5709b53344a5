import GRDB
import Pairs

extension InspectionIndex {
  /// The most pairs of one page.
  public static let largestPage = 1_000

  /// The next pairs that pass a filter, in an order. Costs about the same wherever the page lies and
  /// however many pairs there are.
  ///
  /// - Parameters:
  ///   - cursor: The `next` of the page before, of the same order; nil for the first page.
  ///   - limit: The most that are returned, 1 to `largestPage`.
  /// - Throws: `AuditError.badCursor`, and `.refused` for a limit or a search that cannot be.
  public func page(
    _ filter: InspectionFilter, sort: InspectionSort, descending: Bool = false,
    after cursor: String? = nil, limit: Int
  ) throws(AuditError) -> InspectionPage {
    try page(
      filter, sort: sort, descending: descending, after: cursor, limit: limit,
      effort: PageFinder.Effort())
  }

  /// The same with the limits at which another way to the page is taken.
  func page(
    _ filter: InspectionFilter, sort: InspectionSort, descending: Bool, after cursor: String?,
    limit: Int, effort: PageFinder.Effort
  ) throws(AuditError) -> InspectionPage {
    guard (1...Self.largestPage).contains(limit) else {
      throw .refused(
        what: "a page of \(limit) pairs", problem: "cannot be; take 1 to \(Self.largestPage)")
    }
    let order = EntryOrder(sort: sort, isDescending: descending)
    let after = try cursor.map { text throws(AuditError) in
      try EntryPlace(cursor: text, in: order)
    }
    let finding = try read { database in
      let kinds = try self.kinds(filter, database)
      let search = try CaptionSearch(filter.search, database)
      let passing =
        try filter.similarity.map { try self.count(in: $0, kinds, database) }
        ?? kinds.reduce(0) { $0 + $1.pairs }
      var finding = try audit.read { audit in
        try PageFinder(
          database: database, audit: audit, order: order, kinds: kinds.map(\.number),
          range: filter.similarity, inRange: passing, search: search, after: after,
          limit: limit + 1, keepHits: keep, knownHits: { try self.known($0, database) },
          effort: effort
        ).find()
      }
      if search == nil { finding.matching = passing }
      return finding
    }
    let shown = finding.places.prefix(limit)
    let hasMore = finding.places.count > limit
    return InspectionPage(
      rows: try audit.inspectedPairs(shown.map(\.pair)),
      next: hasMore ? shown.last?.cursor(in: order) : nil, matching: finding.matching)
  }

  /// How many pairs pass a filter without a search: exact, and quick wherever the range lies.
  ///
  /// - Throws: `AuditError.refused` for a filter with a search.
  public func count(_ filter: InspectionFilter) throws(AuditError) -> Int {
    guard filter.search.isEmpty else {
      throw .refused(what: "counting", problem: "is not for a search; ask for a page")
    }
    return try read { database in
      let kinds = try self.kinds(filter, database)
      return try filter.similarity.map { try self.count(in: $0, kinds, database) }
        ?? kinds.reduce(0) { $0 + $1.pairs }
    }
  }

  private func keep(_ hits: SearchHits) {
    lastHits.withLock {
      $0.append(hits)
      if $0.count > 4 { $0.removeFirst() }
    }
  }

  private func known(_ search: CaptionSearch, _ database: Database) throws -> SearchHits? {
    let build = try SearchHits.build(database)
    return lastHits.withLock { $0.first { $0.words == search.words && $0.build == build } }
  }
}
