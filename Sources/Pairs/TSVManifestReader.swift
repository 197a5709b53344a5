/// Streams a tab-separated manifest, one row for every line, good or bad.
///
/// The format: UTF-8, LF or CRLF, split on the one TAB, no quoting, no header. Empty lines are
/// malformed rows; a last line without newline counts; a carriage return or NUL inside a line is
/// data. Memory is one buffer and, where repeated keys are to be numbered, the table for that (about 32
/// bytes a line).
public final class TSVManifestReader {
  /// The manifest's path as given.
  public let path: String
  /// Rows read so far.
  public private(set) var lineCount = 0
  /// Rows read so far that are pairs.
  public private(set) var validRowCount = 0
  /// The first failure read so far.
  public private(set) var firstFailure: RowFailure?

  private let file: ReadableFile
  /// nil for a manifest; otherwise how its lines become those of one.
  private let captions: CaptionFile?
  private let limits: ManifestLimits
  private var parser: ManifestLineParser
  /// nil where repeats are not numbered.
  private var numbering: KeyNumbering?

  /// `buffer[start..<end]` is read and not yet given out; it begins at `offset` in the file.
  private var buffer: [UInt8]
  private var start = 0
  private var end = 0
  private var offset: Int64 = 0
  private var reachedEnd = false

  /// Opens the manifest at `path`.
  ///
  /// - Parameter numbersRepeats: whether the second line of a key gets `#2` and so on; without it every
  ///   line is its key's first, and memory does not grow with the lines.
  /// - Throws: `PairsError.cannotRead` when it is missing, unreadable or no regular file;
  ///   `PairsError.invalidArgument` for a limit below 1.
  public convenience init(
    path: String, columns: ColumnOrder = .captionURL, limits: ManifestLimits = ManifestLimits(),
    numbersRepeats: Bool = true
  ) throws(PairsError) {
    try self.init(
      path: path, columns: columns, captions: nil, limits: limits, numbersRepeats: numbersRepeats)
  }

  /// Opens a file of captions for precomputed features: its lines are read as those of the manifest
  /// that names them, caption first.
  ///
  /// - Throws: as for a manifest.
  public convenience init(
    captions: CaptionFile, limits: ManifestLimits = ManifestLimits(), numbersRepeats: Bool = true
  ) throws(PairsError) {
    try self.init(
      path: captions.path, columns: .captionURL, captions: captions, limits: limits,
      numbersRepeats: numbersRepeats)
  }

  private init(
    path: String, columns: ColumnOrder, captions: CaptionFile?, limits: ManifestLimits,
    numbersRepeats: Bool
  ) throws(PairsError) {
    guard limits.captionBytes > 0, limits.urlBytes > 0 else {
      throw .invalidArgument(
        name: "a manifest limit", value: "\(min(limits.captionBytes, limits.urlBytes))",
        allowed: "at least 1 byte")
    }
    self.path = path
    self.captions = captions
    self.limits = limits
    file = try ReadableFile(path: path)
    numbering = numbersRepeats ? KeyNumbering() : nil
    parser = ManifestLineParser(columns: columns, limits: limits)
    buffer = [UInt8](repeating: 0, count: max(1 << 20, 2 * limits.lineBytes))
  }

  /// The next row; nil after the last.
  ///
  /// - Throws: `PairsError.cannotRead` when the file cannot be read on.
  public func next() throws(PairsError) -> ManifestRow? {
    var searched = start
    while true {
      if let newline = ByteSearch.firstIndex(of: 0x0A, in: buffer, range: searched..<end) {
        let isCRLF = newline > start && buffer[newline - 1] == 0x0D
        return try row(lineEnd: isCRLF ? newline - 1 : newline, ending: isCRLF ? .crlf : .lf)
      }
      if reachedEnd {
        return start == end ? nil : try row(lineEnd: end, ending: .none)
      }
      // One byte of grace: it may be the carriage return of the line's ending.
      if end - start > limits.lineBytes + 1 { return try longRow() }
      let held = end - start
      try refill()
      searched = start + held
    }
  }

  /// Up to `count` further rows; empty after the last.
  public func nextBatch(upTo count: Int) throws(PairsError) -> [ManifestRow] {
    var rows: [ManifestRow] = []
    while rows.count < count, let row = try next() {
      rows.append(row)
    }
    return rows
  }

  /// After the last row: throws unless some row was a pair.
  ///
  /// - Throws: `PairsError.noValidRow`.
  public func requireValidRow() throws(PairsError) {
    guard validRowCount == 0 else { return }
    throw .noValidRow(path: path, lines: lineCount, first: firstFailure)
  }

  /// Reads the manifest up to its first pair, so that a run can refuse it before writing anything.
  ///
  /// - Returns: that pair.
  /// - Throws: `PairsError.cannotRead` or `PairsError.noValidRow`.
  @discardableResult
  public func firstValidRow() throws(PairsError) -> ManifestRow? {
    while let row = try next() {
      if row.isValid { return row }
    }
    try requireValidRow()
    return nil
  }

  private func row(lineEnd: Int, ending: LineEnding) throws(PairsError) -> ManifestRow {
    if lineEnd - start > limits.lineBytes { return try longRow() }
    let line = Array(buffer[start..<lineEnd])
    let row = makeRow(line, ending: ending)
    let consumed = line.count + ending.byteCount
    start += consumed
    offset += Int64(consumed)
    return row
  }

  private func makeRow(_ line: [UInt8], ending: LineEnding) -> ManifestRow {
    guard let captions else {
      return makeRow(
        parser.parse(line), byteOffset: offset, byteCount: line.count, rawBytes: line,
        ending: ending)
    }
    switch captions.rewrite(line, number: lineCount + 1) {
    case .failed(let failure):
      let outcome = ManifestLineParser.Outcome(
        key: PairKey(malformedLine: line), failure: failure)
      return makeRow(
        outcome, byteOffset: offset, byteCount: line.count, rawBytes: line, ending: ending)
    case .pair(let written):
      let outcome = parser.parse(written)
      let isPair = outcome.fields != nil
      return makeRow(
        outcome, byteOffset: offset, byteCount: line.count, rawBytes: isPair ? written : line,
        ending: ending, isRewritten: isPair)
    }
  }

  /// Streams over a line that is not to be held, then goes on reading behind it.
  private func longRow() throws(PairsError) -> ManifestRow {
    let scan = try LongLineScan(
      of: file, at: offset, beginningCount: limits.lineBytes, block: &buffer)
    var outcome = try parser.parse(scan, in: file)
    if captions != nil {
      let detail = "the line has \(scan.byteCount) bytes, the limit is \(limits.captionBytes)"
      outcome.failure = RowFailure(.captionTooLong, detail)
    }
    let row = makeRow(
      outcome, byteOffset: offset, byteCount: scan.byteCount, rawBytes: scan.beginning,
      ending: scan.lineEnding)
    (start, end, offset, reachedEnd) = (0, 0, scan.nextOffset, false)
    return row
  }

  private func makeRow(
    _ outcome: ManifestLineParser.Outcome, byteOffset: Int64, byteCount: Int, rawBytes: [UInt8],
    ending: LineEnding, isRewritten: Bool = false
  ) -> ManifestRow {
    lineCount += 1
    if let failure = outcome.failure {
      firstFailure = firstFailure ?? failure
    } else {
      validRowCount += 1
    }
    return ManifestRow(
      lineNumber: lineCount, byteOffset: byteOffset, byteCount: byteCount, rawBytes: rawBytes,
      lineEnding: ending, key: numbering?.number(outcome.key) ?? outcome.key,
      fields: outcome.fields,
      failure: outcome.failure, isRewritten: isRewritten)
  }

  /// Moves what is held to the front and reads on behind it.
  private func refill() throws(PairsError) {
    let held = end - start
    if start > 0 {
      buffer.replaceSubrange(0..<held, with: Array(buffer[start..<end]))
      (start, end) = (0, held)
    }
    let count = try file.read(into: &buffer, from: end, at: offset + Int64(held))
    end += count
    reachedEnd = count == 0
  }
}
