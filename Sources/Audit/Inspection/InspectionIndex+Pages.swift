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
      var finding = try audit.read { audit in
        try PageFinder(
          database: database, audit: audit, order: order, kinds: kinds.map(\.number),
          range: filter.similarity, search: search, after: after, limit: limit + 1,
          hits: { try self.hits($0, database) }, knownHits: { try self.knownHits($0, database) }
        ).find()
      }
      if search == nil {
        finding.matching =
          try filter.similarity.map { try self.count(in: $0, kinds, database) }
          ?? kinds.reduce(0) { $0 + $1.pairs }
      }
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

  private func hits(_ search: CaptionSearch, _ database: Database) throws -> SearchHits {
    if let known = try knownHits(search, database) { return known }
    let found = try SearchHits(key(search, database), database)
    memory.withLock {
      $0.hits.append(found)
      if $0.hits.count > 4 { $0.hits.removeFirst() }
    }
    return found
  }

  private func knownHits(_ search: CaptionSearch, _ database: Database) throws -> SearchHits? {
    let key = try key(search, database)
    return memory.withLock { $0.hits.first { $0.key == key } }
  }

  private func key(_ search: CaptionSearch, _ database: Database) throws -> SearchHits.Key {
    SearchHits.Key(
      query: search.query,
      build: try Int64.fetchOne(database, sql: "SELECT build FROM state") ?? 0)
  }
}
