import Foundation
import GRDB

extension InspectionIndex {
  /// How SQLite reads the index for a page in each order: the query and its plan, line by line.
  public func queryPlans() throws(AuditError) -> [String] {
    try read { database in
      try InspectionSort.allCases.flatMap { sort in
        try [false, true].flatMap { descending in
          let order = EntryOrder(sort: sort, isDescending: descending)
          let place = EntryPlace(value: sort == .manifest ? nil : 0.5, pair: 1)
          return try EntryStream.parts(
            kind: 0, order, after: place, in: nil, readsSimilarity: false
          ).flatMap { part in
            let plan = try Row.fetchAll(
              database, sql: "EXPLAIN QUERY PLAN \(part.sql)",
              arguments: StatementArguments(part.arguments))
            return [part.sql.replacingOccurrences(of: "\n", with: " ")]
              + plan.map { "  \($0["detail"] as String)" }
          }
        }
      }
    }
  }
}
