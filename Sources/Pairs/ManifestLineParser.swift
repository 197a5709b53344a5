/// Turns the bytes of one manifest line into its key, its columns and what is wrong with it.
struct ManifestLineParser: ~Copyable {
  static let tab: UInt8 = 0x09

  let columns: ColumnOrder
  let limits: ManifestLimits
  private var hasher = SHA256Hasher()

  init(columns: ColumnOrder, limits: ManifestLimits) {
    self.columns = columns
    self.limits = limits
  }

  /// What a line is, its key still without a repeat number.
  struct Outcome {
    var key: PairKey
    var fields: PairFields?
    var failure: RowFailure?
  }

  /// A line that is held whole.
  mutating func parse(_ line: [UInt8]) -> Outcome {
    guard let tab = ByteSearch.firstIndex(of: Self.tab, in: line, range: 0..<line.count),
      ByteSearch.firstIndex(of: Self.tab, in: line, range: (tab + 1)..<line.count) == nil
    else {
      let tabs = ByteSearch.count(of: Self.tab, in: line, range: 0..<line.count)
      hasher.update(line)
      return Outcome(key: takeKey(), failure: Self.malformedRow(tabs: tabs))
    }
    let fields = PairFields(line: line, tab: tab, columns: columns)
    hasher.update(fields.urlBytes)
    hasher.update(CollectionOfOne(Self.tab))
    hasher.update(fields.captionBytes)
    let key = takeKey()
    if let failure = limits.failure(
      captionCount: fields.captionBytes.count, urlCount: fields.urlBytes.count)
    {
      return Outcome(key: key, failure: failure)
    }
    if let index = UTF8Validation.firstInvalidIndex(in: line) {
      let detail = "byte \(index + 1) of the line is not valid UTF-8"
      return Outcome(key: key, failure: RowFailure(.invalidUTF8, detail))
    }
    return Outcome(key: key, fields: fields, failure: Self.emptyColumn(of: fields))
  }

  /// A line too long to be held: `scan` tells what it is made of, its bytes come from `file` again
  /// for the key, since the URL is hashed before the caption in either column order.
  mutating func parse(_ scan: LongLineScan, in file: ReadableFile) throws(PairsError) -> Outcome {
    let start = scan.byteOffset
    let end = start + Int64(scan.byteCount)
    guard let tab = scan.onlyTab else {
      try hasher.update(from: file, range: start..<end)
      return Outcome(key: takeKey(), failure: Self.malformedRow(tabs: scan.tabCount))
    }
    let first = start..<(start + Int64(tab))
    let second = (first.upperBound + 1)..<end
    let caption = columns == .captionURL ? first : second
    let url = columns == .captionURL ? second : first
    try hasher.update(from: file, range: url)
    hasher.update(CollectionOfOne(Self.tab))
    try hasher.update(from: file, range: caption)
    let failure = limits.failure(captionCount: caption.count, urlCount: url.count)
    return Outcome(key: takeKey(), failure: failure)
  }

  private mutating func takeKey() -> PairKey { PairKey(digest: hasher.digestAndReset()) }

  private static func malformedRow(tabs: Int) -> RowFailure {
    RowFailure(.malformedRow, "expected 2 tab-separated columns, found \(tabs + 1)")
  }

  private static func emptyColumn(of fields: PairFields) -> RowFailure? {
    if isBlank(fields.captionBytes) {
      let what = fields.captionBytes.isEmpty ? "empty" : "only whitespace"
      return RowFailure(.emptyCaption, "the caption is \(what)")
    }
    if isBlank(fields.urlBytes) {
      let what = fields.urlBytes.isEmpty ? "empty" : "only whitespace"
      return RowFailure(.emptyURL, "the URL is \(what)")
    }
    return nil
  }

  /// Whether valid UTF-8 holds nothing but Unicode whitespace.
  private static func isBlank(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let first = bytes.first else { return true }
    if first > 0x20, first < 0x80 { return false }
    return String(decoding: bytes, as: UTF8.self).unicodeScalars.allSatisfy {
      $0.properties.isWhitespace
    }
  }
}
