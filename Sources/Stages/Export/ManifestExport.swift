import Audit
import Pairs

/// Writes one file of lines, and its sum beside it: `kept.tsv` and `kept.tsv.sha256`.
struct ManifestExport {
  let format: ExportConfiguration.Format
  private let file: HashedFile
  private var writer: LineWriter

  /// Where the sum of a file is.
  static func sumsPath(of path: String) -> String { path + ".sha256" }

  init(_ format: ExportConfiguration.Format, to path: String, sources: [SourceRecord]) throws {
    self.format = format
    for path in [path, Self.sumsPath(of: path)] { try AtomicFile.removeLeftovers(of: path) }
    file = try HashedFile(path: path)
    writer = LineWriter(
      file: file, sources: Dictionary(uniqueKeysWithValues: sources.map { ($0.id, $0) }))
  }

  /// Bytes written so far.
  var byteCount: Int { file.byteCount }

  /// Writes a page of pairs.
  mutating func write(_ rows: [ExportRow]) throws {
    for row in rows {
      switch format {
      case .jsonl: try file.write(row.record().jsonLine())
      default: try writer.write(row)
      }
    }
  }

  /// Makes the file and its sum appear. The sum of an older file goes first: one that is there is
  /// never of other content.
  func finish() throws {
    let sumsPath = Self.sumsPath(of: file.path)
    let name = file.path.split(separator: "/").last.map(String.init) ?? file.path
    var sums = ChecksumList()
    sums.add(name, try file.seal())
    let sumsFile = try AtomicFile(path: sumsPath)
    try sumsFile.write(sums.bytes)
    try sumsFile.seal()
    try AtomicFile.remove(sumsPath)
    try file.commit()
    try sumsFile.commit()
  }
}
