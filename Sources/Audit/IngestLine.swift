import Pairs

/// What makes two image locations the same: a hash of the resolved path or URL.
///
/// 128 bits: two different locations of one hash would share an image, so it must be out of reach
/// by chance and by design.
public struct LocationIdentity: Hashable, Sendable {
  let high: UInt64
  let low: UInt64
  /// Whether the image has to be fetched.
  public let isRemote: Bool

  /// The identity of a resolved absolute path or a URL.
  public init(resolved: String, isRemote: Bool) {
    let key = PairKey(digest: SHA256Digest(of: resolved.utf8))
    high = key.high
    low = key.low
    self.isRemote = isRemote
  }
}

/// One manifest line on its way into the database.
public struct IngestLine: Sendable {
  /// The line.
  public let row: ManifestRow
  /// Where its image is; nil for a line that is no usable pair.
  public let location: LocationIdentity?
  /// Why the line is no usable pair; nil for one that is.
  public let failure: RowFailure?

  /// A line whose image's location is known.
  public init(row: ManifestRow, location: LocationIdentity) {
    self.row = row
    self.location = location
    failure = nil
  }

  /// A line that is no usable pair.
  public init(row: ManifestRow, failure: RowFailure) {
    self.row = row
    location = nil
    self.failure = failure
  }
}
