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
  let search: CaptionSearch?
  let after: EntryPlace?
  /// The most entries to find.
  let limit: Int
  /// What a search found, kept from one page to the next.
  let hits: (CaptionSearch) throws -> SearchHits
  let knownHits: (CaptionSearch) throws -> SearchHits?

  /// What was found.
  struct Finding {
    var places: [EntryPlace] = []
    /// How many there are in all; nil where that was not counted.
    var matching: Int?
  }

  /// How many entries are tested by what another row holds before another way is taken.
  private static let walkByValue = 10_000
  /// The same where a caption has to be read.
  private static let walkByCaption = 4_000
  /// Up to how many pairs are looked up one by one.
  private static let mostLookups = 30_000

  func find() throws -> Finding {
    // Where the range is along the order, the stream starts and ends with it.
    let isAlongOrder = order.sort == .similarity
    var entries = try MergedEntries(
      database, kinds: kinds, order: order, after: after, in: isAlongOrder ? range : nil)
    let tested = isAlongOrder ? nil : range
    var finding = Finding()
    guard let search else {
      let isDone = try walk(
        &entries, &finding, most: tested == nil ? .max : Self.walkByValue,
        accepts: isInRange(tested))
      return isDone ? finding : try candidatesInRange(tested ?? 0...1)
    }
    if let known = try knownHits(search) {
      return try continueWalk(&entries, finding, tested, known)
    }
    let inRange = try isInRange(tested)
    let hasWords = try captionTest(search)
    let isDone = try walk(&entries, &finding, most: Self.walkByCaption) {
      try inRange($0) && hasWords($0)
    }
    if isDone {
      if after == nil, finding.places.count < limit { finding.matching = finding.places.count }
      return finding
    }
    return try continueWalk(&entries, finding, tested, hits(search))
  }

  private func continueWalk(
    _ entries: inout MergedEntries, _ finding: Finding, _ range: ClosedRange<Double>?,
    _ hits: SearchHits
  ) throws -> Finding {
    if hits.count <= Self.mostLookups { return try candidates(hits) }
    var finding = finding
    let inRange = try isInRange(range)
    _ = try walk(&entries, &finding, most: .max) {
      try hits.contains($0.pair) && inRange($0)
    }
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

  private func isInRange(_ range: ClosedRange<Double>?) throws -> (EntryPlace) throws -> Bool {
    guard let range else { return { _ in true } }
    let statement = try RawStatement(
      database, "SELECT similarity FROM entry WHERE pair_id = ?")
    return { place in
      try statement.first(place.pair) { $0.double(0).map(range.contains) } == true
    }
  }

  private func captionTest(_ search: CaptionSearch) throws -> (EntryPlace) throws -> Bool {
    let statement = try RawStatement(
      audit, "SELECT CAST(caption AS BLOB) FROM pair WHERE pair_id = ?")
    return { place in
      try statement.first(place.pair) { $0.bytes(0).map(search.matches) } == true
    }
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
