import GRDB
import Pairs

extension InspectionIndex {
  /// How the similarities of the pairs that a filter's kinds allow spread; a search or a range of
  /// similarities in it has no say.
  ///
  /// - Parameter bars: How many; must divide `InspectionHistogram.finestBars`.
  /// - Returns: Pairs for each bar from 0 to 1, and how many pairs have no similarity.
  /// - Throws: `AuditError.refused` for another number.
  public func similarities(
    of filter: InspectionFilter, bars: Int
  ) throws(AuditError) -> (bars: [Int], unscored: Int) {
    let finest = InspectionHistogram.finestBars
    guard bars > 0, finest.isMultiple(of: bars) else {
      throw .refused(
        what: "a histogram of \(bars) bars",
        problem: "cannot be; take a number that divides \(finest)")
    }
    return try read { database in
      var heights = [Int](repeating: 0, count: bars)
      var unscored = 0
      for kind in try kinds(filter, database) {
        unscored += kind.pairs
        let rows = try Row.fetchCursor(
          database, sql: "SELECT bar, pairs FROM bar WHERE kind = ? AND measure = ?",
          arguments: [kind.number, InspectionMeasure.mean.number])
        while let row = try rows.next() {
          heights[row[0] as Int * bars / finest] += row[1] as Int
          unscored -= row[1] as Int
        }
      }
      return (heights, unscored)
    }
  }
}
