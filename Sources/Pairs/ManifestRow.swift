/// One line of a manifest, good or bad: as many rows come out of a file as it has lines.
public struct ManifestRow: Sendable {
  /// The line's number in its file, from 1.
  public let lineNumber: Int
  /// Where the line begins in its file, in bytes.
  public let byteOffset: Int64
  /// The length of the line without its ending, in bytes.
  public let byteCount: Int
  /// The line without its ending; only its beginning when `isTruncated`. A pair of a caption file is
  /// here as a manifest would write it.
  public let rawBytes: [UInt8]
  /// How the line ended.
  public let lineEnding: LineEnding
  /// The pair's key, with its repeat number within the manifest.
  public let key: PairKey
  /// The two columns, whenever the line has two, in valid UTF-8 and within the limits; an empty
  /// one is there too, beside its failure.
  public let fields: PairFields?
  /// Why the line is not a pair; nil when it is one.
  public let failure: RowFailure?

  /// Whether the line is longer than what was held of it; its remaining bytes are in the file, at
  /// `byteOffset`.
  public let isTruncated: Bool

  /// A row of its parts.
  ///
  /// - Parameter isRewritten: whether `rawBytes` are not the file's own.
  public init(
    lineNumber: Int, byteOffset: Int64, byteCount: Int, rawBytes: [UInt8], lineEnding: LineEnding,
    key: PairKey, fields: PairFields?, failure: RowFailure?, isRewritten: Bool = false
  ) {
    self.lineNumber = lineNumber
    self.byteOffset = byteOffset
    self.byteCount = byteCount
    self.rawBytes = rawBytes
    self.lineEnding = lineEnding
    self.key = key
    self.fields = fields
    self.failure = failure
    isTruncated = !isRewritten && rawBytes.count < byteCount
  }

  /// Where the next line begins, in bytes.
  public var endOffset: Int64 { byteOffset + Int64(byteCount + lineEnding.bytes.count) }

  /// Whether the line is a pair.
  public var isValid: Bool { failure == nil }
}
