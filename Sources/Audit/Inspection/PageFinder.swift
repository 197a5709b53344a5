import Foundation
import GRDB
import GRDBSQLite
import Pairs

/// Finds the entries of one page.
///
/// Two ways lead there. Walking along the order and testing each entry is cheap where many pass; the
/// number of entries that pass being small, looking all of them up and sorting them is. Which is
/// the case is found out by walking a little: what a word's frequency says of all captions need not
/// hold for the first ones of an order.
struct PageFinder {
  let database: Database
  let audit: Database
  let order: EntryOrder
  let kinds: [Int64]
  let range: ClosedRange<Double>?
  /// How many entries lie in the range.
  let inRange: Int
  let search: CaptionSearch?
  let after: EntryPlace?
  /// The most entries to find.
  let limit: Int
  /// What a search found, kept from one page to the next.
  let keepHits: (SearchHits) -> Void
  let knownHits: (CaptionSearch) throws -> SearchHits?
  let effort: Effort

  /// What was found.
  struct Finding {
    var places: [EntryPlace] = []
    /// How many there are in all; nil where that was not counted.
    var matching: Int?
  }

  /// How far each way is gone before another is taken.
  struct Effort: Sendable {
    /// How many entries are tested by their similarity; nil for a quarter of those that pass.
    var walkByValue: Int?
    /// How many entries are tested by their caption.
    var walkByCaption = 4_000
    /// Up to how many pairs are looked up one by one.
    var mostLookups = 30_000
    /// Of how many pairs that have a search's longest word the captions are looked at for the others.
    var mostTests = 10_000
  }

  func find() throws -> Finding {
    // Where the range is along the order, the stream starts and ends with it.
    let isAlongOrder = order.sort == .similarity
    let tested = isAlongOrder ? nil : range
    var entries = try MergedEntries(
      database, kinds: kinds, order: order, after: after, in: isAlongOrder ? range : nil,
      readsSimilarity: tested != nil)
    var finding = Finding()
    guard let search else {
      let most = tested == nil ? .max : effort.walkByValue ?? max(2_000, inRange / 4)
      let isDone = try walk(&entries, &finding, most: most, accepts: Self.isInRange(tested))
      return isDone ? finding : try candidatesInRange(tested ?? 0...1)
    }
    if let known = try knownHits(search) {
      return try continueWalk(&entries, finding, tested, known)
    }
    let isInRange = Self.isInRange(tested)
    let hasWords = try captionTest(search)
    let isDone = try walk(&entries, &finding, most: effort.walkByCaption) {
      try isInRange($0) && hasWords($0.pair)
    }
    if isDone {
      if after == nil, finding.places.count < limit { finding.matching = finding.places.count }
      return finding
    }
    let hits = try hits(search, hasWords)
    keepHits(hits)
    return try continueWalk(&entries, finding, tested, hits)
  }

  private func continueWalk(
    _ entries: inout MergedEntries, _ finding: Finding, _ range: ClosedRange<Double>?,
    _ hits: SearchHits
  ) throws -> Finding {
    if hits.count <= effort.mostLookups { return try candidates(hits) }
    var finding = finding
    let isInRange = Self.isInRange(range)
    _ = try walk(&entries, &finding, most: .max) { hits.contains($0.pair) && isInRange($0) }
    return finding
  }

  /// - Returns: Whether the page is full or the order at its end; false where `most` entries were
  ///   tested before.
  private func walk(
    _ entries: inout MergedEntries, _ finding: inout Finding, most: Int,
    accepts: (EntryPlace) throws -> Bool
  ) throws -> Bool {
    var tested = 0
    while finding.places.count < limit {
      if tested == most { return false }
      guard let place = try entries.next() else { return true }
      if try accepts(place) { finding.places.append(place) }
      tested += 1
    }
    return true
  }

  private static func isInRange(_ range: ClosedRange<Double>?) -> (EntryPlace) -> Bool {
    guard let range else { return { _ in true } }
    return { $0.similarity.map(range.contains) ?? false }
  }

  /// What the index of words finds. A short word that many captions have, or many words begin with,
  /// costs much there, a long one little: so the longest is asked for, and the captions that have it
  /// are looked at for the others.
  private func hits(
    _ search: CaptionSearch, _ hasWords: (Int64) throws -> Bool
  ) throws -> SearchHits {
    let longest = try SearchHits(search, query: search.longestQuery, database)
    if search.words.count == 1 { return longest }
    if longest.count > effort.mostTests {
      return try SearchHits(search, query: search.query, database)
    }
    return try longest.filtered(hasWords)
  }

  private func captionTest(_ search: CaptionSearch) throws -> (Int64) throws -> Bool {
    let statement = try RawStatement(
      audit, "SELECT CAST(caption AS BLOB) FROM pair WHERE pair_id = ?")
    return { pair in try statement.first(pair) { $0.bytes(0).map(search.matches) } == true }
  }
}

// All that pass are looked up, and the first of them in the order are the page.
extension PageFinder {
  private func candidates(_ hits: SearchHits) throws -> Finding {
    let wanted = Set(kinds)
    let statement = try RawStatement(
      database,
      "SELECT kind, similarity, \(order.column ?? "NULL") FROM entry WHERE pair_id = ?")
    var best = BestPlaces(order: order, after: after, limit: limit)
    try hits.forEach { pair in
      let place = try statement.first(pair) { row -> EntryPlace? in
        guard wanted.contains(row.integer(0)) else { return nil }
        if let range {
          guard let similarity = row.double(1), range.contains(similarity) else { return nil }
        }
        return EntryPlace(value: row.double(2), pair: pair)
      }
      if let place { best.insert(place) }
    }
    return Finding(places: best.places, matching: best.count)
  }

  private func candidatesInRange(_ range: ClosedRange<Double>) throws -> Finding {
    var best = BestPlaces(order: order, after: after, limit: limit)
    let statement = try RawStatement(
      database,
      """
      SELECT pair_id, \(order.column ?? "NULL") FROM entry INDEXED BY entry_by_similarity
      WHERE kind = ? AND similarity >= ? AND similarity <= ?
      """)
    for kind in kinds {
      try statement.forEach([
        kind.databaseValue, range.lowerBound.databaseValue, range.upperBound.databaseValue,
      ]) { row in
        best.insert(EntryPlace(value: row.double(1), pair: row.integer(0)))
      }
    }
    return Finding(places: best.places)
  }
}

/// The first places of many in an order.
private struct BestPlaces {
  let order: EntryOrder
  let after: EntryPlace?
  let limit: Int
  private(set) var places: [EntryPlace] = []
  /// How many were given, those before the page too.
  private(set) var count = 0

  init(order: EntryOrder, after: EntryPlace?, limit: Int) {
    self.order = order
    self.after = after
    self.limit = limit
  }

  mutating func insert(_ place: EntryPlace) {
    count += 1
    if let after, !order.precedes(after, place) { return }
    if places.count == limit {
      guard let last = places.last, order.precedes(place, last) else { return }
      places.removeLast()
    }
    var (low, high) = (0, places.count)
    while low < high {
      let middle = (low + high) / 2
      if order.precedes(places[middle], place) { low = middle + 1 } else { high = middle }
    }
    places.insert(place, at: low)
  }
}
