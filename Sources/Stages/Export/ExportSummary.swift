/// What an export wrote.
public struct ExportSummary: StageSummary, Equatable {
  /// The file.
  public let output: String
  /// Its lines.
  public let lines: Int
  /// Its bytes.
  public let bytes: Int

  enum CodingKeys: String, CodingKey {
    case output = "output"
    case lines = "lines"
    case bytes = "bytes"
  }

  /// The summary for a person.
  public var report: String {
    var table = SummaryTable()
    table.add("written", output)
    table.add("lines", lines)
    table.add("bytes", bytes)
    return table.text
  }
}
