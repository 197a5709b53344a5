/// What a stage says when it is done: as JSON through `Encodable`, as text for a person.
public protocol StageSummary: Codable, Sendable {
  /// One or several lines without a newline at the end.
  var report: String { get }
  /// What was done in how much time; nil when nothing was left to do, or nothing is measured.
  var throughput: Throughput? { get }
}

/// Lines of a label and a value, the values under each other.
public struct SummaryTable: Sendable {
  private var rows: [(label: String, value: String)] = []

  /// An empty table.
  public init() {}

  /// Adds a line.
  public mutating func add(_ label: String, _ value: String) {
    rows.append((label, value))
  }

  /// Adds a line with a number, thousands set apart by commas.
  public mutating func add(_ label: String, _ value: Int) {
    add(label, SummaryTable.grouped(value))
  }

  /// The lines.
  public var text: String {
    let width = rows.map(\.label.count).max() ?? 0
    return rows.map { label, value in
      label + String(repeating: " ", count: width - label.count + 2) + value
    }.joined(separator: "\n")
  }

  /// `1234567` as `1,234,567`.
  public static func grouped(_ value: Int) -> String {
    var text = String(value.magnitude)
    var end = text.count - 3
    while end > 0 {
      text.insert(",", at: text.index(text.startIndex, offsetBy: end))
      end -= 3
    }
    return value < 0 ? "-\(text)" : text
  }
}
