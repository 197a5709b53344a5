/// One line of a truth file: whether a pair of a noisy manifest belongs together.
public struct TruthRecord: Hashable, Sendable {
  /// The pair's key in the noisy manifest, with its repeat number.
  public let key: PairKey
  /// Whether the caption is the image's own.
  public let isMatch: Bool
  /// The line of the clean manifest that the image stood on, from 1.
  public let originalLine: Int

  /// A record of its parts.
  public init(key: PairKey, isMatch: Bool, originalLine: Int) {
    self.key = key
    self.isMatch = isMatch
    self.originalLine = originalLine
  }

  /// `key TAB 1|0 TAB line` and a line feed.
  public var line: String { "\(key)\t\(isMatch ? 1 : 0)\t\(originalLine)\n" }
}

/// What is known about a noisy manifest: TSV of key, 1 (match) or 0 (reassigned), and the line in
/// the clean manifest; a line for every pair, none for malformed lines. For evaluation alone.
public enum TruthFile {
  /// Reads a truth file.
  ///
  /// - Throws: `PairsError.cannotRead`; `PairsError.malformedTruth` with the line that is not as
  ///   `TruthRecord.line` writes it, or whose key was there before.
  public static func read(from path: String) throws(PairsError) -> [TruthRecord] {
    let bytes = try ReadableFile(path: path).contents(limit: 1 << 32)
    var records: [TruthRecord] = []
    var seen: Set<PairKey> = []
    var start = 0
    while start < bytes.count {
      let end =
        ByteSearch.firstIndex(of: 0x0A, in: bytes, range: start..<bytes.count) ?? bytes.count
      let number = records.count + 1
      let text = String(decoding: bytes[start..<end], as: UTF8.self)
      switch parse(text) {
      case .success(let record):
        guard seen.insert(record.key).inserted else {
          throw .malformedTruth(
            path: path, line: number, problem: "key \(record.key) was there before")
        }
        records.append(record)
      case .failure(let problem):
        throw .malformedTruth(path: path, line: number, problem: problem.text)
      }
      start = end + 1
    }
    guard !records.isEmpty else {
      throw .malformedTruth(path: path, line: 1, problem: "the truth file is empty")
    }
    return records
  }

  /// Writes a truth file, atomically.
  ///
  /// - Throws: `PairsError.cannotWrite`.
  public static func write(_ records: some Sequence<TruthRecord>, to path: String)
    throws(PairsError)
  {
    let file = try AtomicFile(path: path)
    for record in records { try file.write(Array(record.line.utf8)) }
    try file.commit()
  }

  private struct Problem: Error {
    let text: String
  }

  private static func parse(_ line: String) -> Result<TruthRecord, Problem> {
    let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
    guard columns.count == 3 else {
      return .failure(
        Problem(text: "expected 3 tab-separated columns, found \(columns.count)"))
    }
    guard let key = PairKey(columns[0]) else {
      return .failure(Problem(text: "\"\(columns[0].prefix(64))\" is not a pair key"))
    }
    guard columns[1] == "1" || columns[1] == "0" else {
      return .failure(Problem(text: "expected 1 or 0, found \"\(columns[1].prefix(64))\""))
    }
    guard let original = Int(columns[2]), original > 0, String(original) == columns[2] else {
      return .failure(
        Problem(text: "expected a line number, found \"\(columns[2].prefix(64))\""))
    }
    return .success(
      TruthRecord(key: key, isMatch: columns[1] == "1", originalLine: original))
  }
}
