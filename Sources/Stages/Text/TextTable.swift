/// A table with columns as wide as their cells, and one that takes what is left of the line.
///
/// Cells are other people's text: they are made harmless here, and none is longer than it shows.
public struct TextTable: Sendable {
  /// How a column's cells stand.
  public enum Alignment: Sendable {
    /// Text.
    case left
    /// Numbers.
    case right
    /// Text that is cut where the line ends; in one column, as a rule the last.
    case flexible
  }

  private let titles: [String]
  private let alignments: [Alignment]
  private var rows: [[String]] = []

  /// The least that a column is cut to.
  private static let leastWidth = 12
  /// The most that any other cell takes.
  private static let mostWidth = 60

  /// A table without rows.
  public init(_ columns: [(title: String, alignment: Alignment)]) {
    titles = columns.map(\.title)
    alignments = columns.map(\.alignment)
  }

  /// Adds a row of as many cells as there are columns.
  public mutating func add(_ cells: [String]) {
    rows.append(cells)
  }

  /// Whether it has no rows.
  public var isEmpty: Bool { rows.isEmpty }

  /// The lines, none wider than `width` where that can be.
  public func text(width: Int) -> String {
    var cut = ([titles] + rows).map { row in
      row.enumerated().map { column, cell in
        alignments[column] == .flexible ? cell : DisplayWidth.cut(cell, to: Self.mostWidth)
      }
    }
    var widths = titles.indices.map { column in
      alignments[column] == .flexible
        ? 0 : cut.map { column < $0.count ? DisplayWidth.of($0[column]) : 0 }.max() ?? 0
    }
    let flexible = alignments.firstIndex(of: .flexible)
    if let flexible { widths[flexible] = Self.leastWidth }
    let spaces = 2 * (widths.count - 1)
    while widths.reduce(spaces, +) > width,
      let widest = widths.indices.max(by: { widths[$0] < widths[$1] }),
      widths[widest] > Self.leastWidth
    {
      widths[widest] -= 1
    }
    if let flexible { widths[flexible] += max(width - widths.reduce(spaces, +), 0) }
    for row in cut.indices {
      for column in cut[row].indices {
        cut[row][column] = DisplayWidth.cut(cut[row][column], to: widths[column])
      }
    }
    return cut.map { line($0, widths) }.joined(separator: "\n")
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    let padded = cells.enumerated().map { column, cell in
      let space = String(repeating: " ", count: max(widths[column] - DisplayWidth.of(cell), 0))
      return alignments[column] == .right ? space + cell : cell + space
    }
    let line = padded.joined(separator: "  ")
    return String(
      line[..<(line.lastIndex { $0 != " " }.map(line.index(after:)) ?? line.startIndex)])
  }
}
