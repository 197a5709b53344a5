import Foundation
import Testing

@testable import Parquet

/// Prints rates; runs only when WINNOW_PARQUET names a file.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["WINNOW_PARQUET"] != nil))
struct ReadingRateTests {
  @Test func rowsPerSecond() throws {
    let path = try #require(ProcessInfo.processInfo.environment["WINNOW_PARQUET"])
    let file = try ParquetFile(contentsOf: path)
    for column in file.columnNames {
      let start = ContinuousClock.now
      do {
        var (rows, nulls) = (0, 0)
        for group in 0..<file.rowGroupCount {
          let values = try file.strings(ofColumn: column, rowGroup: group)
          rows += values.count
          nulls += values.count { $0 == nil }
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        print("\(column): \(rows) rows, \(nulls) nulls, \(Int(Double(rows) / seconds)) rows/s")
        #expect(rows == file.rowCount)
      } catch { print(error) }
    }
  }
}
