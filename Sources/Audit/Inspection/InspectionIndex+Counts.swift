import GRDB
import Pairs

extension InspectionIndex {
  /// A kind and how many pairs are of it.
  struct CountedKind {
    let number: Int64
    let kind: InspectionKind
    let pairs: Int
  }

  /// How many pairs there are of each role, stage, status, reason and so on, sorted by these.
  public func counts() throws(AuditError) -> [InspectionCount] {
    try read { database in
      try kinds(nil, database).map { InspectionCount($0.kind, pairs: $0.pairs) }
    }
  }

  /// How the similarities of the pairs of the given roles spread.
  ///
  /// - Parameters:
  ///   - bars: How many; must divide `InspectionHistogram.finestBars`.
  ///   - measure: Whose similarities.
  /// - Throws: `AuditError.refused` for another number.
  public func histogram(
    bars: Int, of measure: InspectionMeasure = .mean, roles: Set<PairRole> = [.train]
  ) throws(AuditError) -> InspectionHistogram {
    let finest = InspectionHistogram.finestBars
    guard bars > 0, finest.isMultiple(of: bars) else {
      throw .refused(
        what: "a histogram of \(bars) bars",
        problem: "cannot be; take a number that divides \(finest)")
    }
    return try read { database in
      var histogram = InspectionHistogram(bars: bars)
      for kind in try kinds(InspectionFilter(roles: roles), database) {
        histogram.unscored += kind.pairs
        let rows = try Row.fetchCursor(
          database, sql: "SELECT bar, pairs FROM bar WHERE kind = ? AND measure = ? AND pairs > 0",
          arguments: [kind.number, measure.number])
        while let row = try rows.next() {
          let (bar, pairs) = (row[0] as Int * bars / finest, row[1] as Int)
          histogram.bars[bar].final[kind.kind.finalStatus, default: 0] += pairs
          histogram.bars[bar].model[kind.kind.status, default: 0] += pairs
          histogram.unscored -= pairs
        }
      }
      return histogram
    }
  }

  /// The kinds that a filter allows, or all.
  func kinds(_ filter: InspectionFilter?, _ database: Database) throws -> [CountedKind] {
    try Row.fetchAll(
      database, sql: "SELECT kind, name, pairs FROM kind WHERE pairs > 0 ORDER BY name"
    ).compactMap { row in
      let kind = try InspectionKind(row[1])
      guard filter?.allows(kind) ?? true else { return nil }
      return CountedKind(number: row[0], kind: kind, pairs: row[2])
    }
  }

  /// How many pairs of some kinds have a similarity in a range: whole bars are summed, and only the
  /// two that the range cuts are counted out.
  func count(
    in range: ClosedRange<Double>, _ kinds: [CountedKind], _ database: Database
  ) throws -> Int {
    let first = InspectionHistogram.finestBar(of: range.lowerBound)
    let last = InspectionHistogram.finestBar(of: range.upperBound)
    let bar = "min(max(CAST(similarity * 1000.0 AS INTEGER), 0), 999)"
    let whole = try database.makeStatement(
      sql: """
        SELECT coalesce(sum(pairs), 0) FROM bar
        WHERE kind = ? AND measure = 0 AND bar > ? AND bar < ?
        """)
    let cut = try database.makeStatement(
      sql: """
        SELECT count(*) FROM entry INDEXED BY entry_by_similarity
        WHERE kind = ? AND similarity >= ? AND similarity <= ? AND \(bar) = ?
        """)
    var count = 0
    for kind in kinds {
      count += try Int.fetchOne(whole, arguments: [kind.number, first, last]) ?? 0
      for edge in Set([first, last]) {
        // One bar more each way, since the bounds of a bar are rounded.
        let width = 1 / Double(InspectionHistogram.finestBars)
        let lower = edge == 0 ? -Double.infinity : Double(edge - 1) * width
        let upper =
          edge == InspectionHistogram.finestBars - 1 ? .infinity : Double(edge + 2) * width
        count +=
          try Int.fetchOne(
            cut,
            arguments: [
              kind.number, max(lower, range.lowerBound), min(upper, range.upperBound), edge,
            ]) ?? 0
      }
    }
    return count
  }
}
