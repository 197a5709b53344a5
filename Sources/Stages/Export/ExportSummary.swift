/// What an export wrote.
public struct ExportSummary: StageSummary, Equatable {
  /// The file or folder.
  public let output: String
  /// The file of SHA-256 sums.
  public let sums: String
  /// Its pairs; of a file of lines also those that are none, where all are taken.
  public let lines: Int
  /// Its files, without the one of sums.
  public let files: Int
  /// Their bytes.
  public let bytes: Int
  /// Pairs that the form cannot hold, by reason.
  public let leftOut: [String: Int]
  /// Of writing them.
  public internal(set) var throughput: Throughput?

  enum CodingKeys: String, CodingKey {
    case output = "output"
    case sums = "sums"
    case lines = "lines"
    case files = "files"
    case bytes = "bytes"
    case leftOut = "left_out"
  }

  init(
    output: String, sums: String, lines: Int, files: Int, bytes: Int, leftOut: [String: Int] = [:]
  ) {
    self.output = output
    self.sums = sums
    self.lines = lines
    self.files = files
    self.bytes = bytes
    self.leftOut = leftOut
  }

  /// Whether it is a file of lines, not a folder of pairs.
  var isOfLines: Bool { sums == ManifestExport.sumsPath(of: output) }

  /// The summary for a person.
  public var report: String {
    var table = SummaryTable()
    table.add("written", output)
    table.add("sums", sums)
    table.add(isOfLines ? "lines" : "pairs", lines)
    if files != 1 { table.add("files", files) }
    table.add("bytes", bytes)
    if !leftOut.isEmpty {
      table.add("left out", leftOut.values.reduce(0, +))
      for (reason, count) in leftOut.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
        table.add("  \(reason)", count)
      }
    }
    table.add(throughput)
    return table.text
  }
}
