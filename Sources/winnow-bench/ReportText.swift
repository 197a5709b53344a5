import Foundation
import Stages

/// How reports are written for a person.
enum ReportText {
  /// The first column to the left, the others to the right, two spaces between.
  static func aligned(_ table: [[String]]) -> [String] {
    let columns = table.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      table.compactMap { column < $0.count ? $0[column].count : nil }.max() ?? 0
    }
    return table.map { row in
      row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + space : "  " + space + cell
      }.joined()
    }
  }

  static func seconds(_ value: Double) -> String { String(format: "%.3f s", value) }

  static func memory(_ bytes: Int) -> String { String(format: "%.2f GB", Double(bytes) / 1e9) }

  static func megabytes(_ bytes: Int) -> String { String(format: "%.0f MB", Double(bytes) / 1e6) }

  /// Three digits, or all before the point: `2,513`, `147`, `28.7`, `3.61`.
  static func number(_ value: Double) -> String {
    if value >= 99.95 { return SummaryTable.grouped(Int(min(value, 1e15).rounded())) }
    return String(format: value >= 9.995 ? "%.1f" : "%.2f", value)
  }
}
