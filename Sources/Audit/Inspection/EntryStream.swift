import GRDB

/// The entries of one kind in an order, read from an index one by one as they are asked for.
final class EntryStream {
  /// The entry that comes next; nil at the end.
  private(set) var head: EntryPlace?
  private let database: Database
  private var parts: [Part]
  private var statement: RawStatement?

  /// A stretch of the index with one condition.
  struct Part {
    let sql: String
    let arguments: [DatabaseValue]
  }

  /// - Parameters:
  ///   - place: Only entries behind it; nil for all.
  ///   - range: Only entries whose value lies in it; only where that is what is sorted by.
  ///   - readsSimilarity: Whether similarities are wanted, which some of the indexes do not hold.
  init(
    _ database: Database, kind: Int64, order: EntryOrder, after place: EntryPlace?,
    in range: ClosedRange<Double>?, readsSimilarity: Bool
  ) throws {
    self.database = database
    parts = Self.parts(
      kind: kind, order, after: place, in: range, readsSimilarity: readsSimilarity
    ).reversed()
    try advance()
  }

  /// Goes on to the next entry.
  func advance() throws {
    while true {
      if let row = try statement?.next() {
        head = EntryPlace(
          value: row.double(0), pair: row.integer(1), similarity: row.double(2))
        return
      }
      guard let part = parts.popLast() else {
        (statement, head) = (nil, nil)
        return
      }
      statement = try RawStatement(database, part.sql)
      try statement?.begin(part.arguments)
    }
  }

  /// Those of the place's own value that come behind it, those of other values, those without one.
  /// Three simple conditions, since each is one range of the index, whatever the planner thinks.
  static func parts(
    kind: Int64, _ order: EntryOrder, after place: EntryPlace?, in range: ClosedRange<Double>?,
    readsSimilarity: Bool
  ) -> [Part] {
    let similarity = readsSimilarity ? "similarity" : "NULL"
    let (behind, direction) = order.isDescending ? ("<", "DESC") : (">", "ASC")
    let from = "FROM entry INDEXED BY \(order.index) WHERE kind = ?"
    let start = order.isDescending ? Int64.max : 0
    guard let column = order.column else {
      return [
        Part(
          sql:
            "SELECT NULL, pair_id, \(similarity) \(from) AND pair_id \(behind) ? ORDER BY pair_id \(direction)",
          arguments: [kind.databaseValue, (place?.pair ?? start).databaseValue])
      ]
    }
    var parts: [Part] = []
    if let place, let value = place.value {
      parts.append(
        Part(
          sql: """
            SELECT \(column), pair_id, \(similarity) \(from) AND \(column) = ? AND pair_id \(behind) ?
            ORDER BY pair_id \(direction)
            """,
          arguments: [kind.databaseValue, value.databaseValue, place.pair.databaseValue]))
    }
    if place == nil || place?.value != nil {
      let lowest = range?.lowerBound.nextDown ?? -.infinity
      let highest = range?.upperBound.nextUp ?? .infinity
      let (first, last) = order.isDescending ? (highest, lowest) : (lowest, highest)
      let opposite = order.isDescending ? ">" : "<"
      parts.append(
        Part(
          sql: """
            SELECT \(column), pair_id, \(similarity) \(from) AND \(column) \(behind) ? AND \(column) \(opposite) ?
            ORDER BY \(column) \(direction), pair_id \(direction)
            """,
          arguments: [
            kind.databaseValue, (place?.value ?? first).databaseValue, last.databaseValue,
          ]))
    }
    if range == nil, order.sort != .random {
      let after = place.flatMap { $0.value == nil ? $0.pair : nil } ?? start
      parts.append(
        Part(
          sql: """
            SELECT NULL, pair_id, \(similarity) \(from) AND \(column) IS NULL AND pair_id \(behind) ?
            ORDER BY pair_id \(direction)
            """, arguments: [kind.databaseValue, after.databaseValue]))
    }
    return parts
  }
}

/// The entries of several kinds in an order.
struct MergedEntries {
  private let order: EntryOrder
  private var streams: [EntryStream]

  init(
    _ database: Database, kinds: [Int64], order: EntryOrder, after place: EntryPlace?,
    in range: ClosedRange<Double>?, readsSimilarity: Bool
  ) throws {
    self.order = order
    streams = try kinds.map {
      try EntryStream(
        database, kind: $0, order: order, after: place, in: range,
        readsSimilarity: readsSimilarity)
    }
    streams.removeAll { $0.head == nil }
  }

  /// The next entry; nil at the end.
  mutating func next() throws -> EntryPlace? {
    var best: (index: Int, place: EntryPlace)?
    for (index, stream) in streams.enumerated() {
      guard let head = stream.head else { continue }
      if let known = best, !order.precedes(head, known.place) { continue }
      best = (index, head)
    }
    guard let best else { return nil }
    try streams[best.index].advance()
    if streams[best.index].head == nil { streams.remove(at: best.index) }
    return best.place
  }
}
