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
  /// The image that came with the line, or why it did not; nil for a line that only names one.
  public let delivery: ImageDelivery?

  /// A line whose image's location is known.
  public init(row: ManifestRow, location: LocationIdentity, delivery: ImageDelivery? = nil) {
    self.row = row
    self.location = location
    self.delivery = delivery
    failure = nil
  }

  /// A line that is no usable pair.
  public init(row: ManifestRow, failure: RowFailure) {
    self.row = row
    location = nil
    delivery = nil
    self.failure = failure
  }
}

/// An image that came with its line, as from an archive.
public struct ImageDelivery: Sendable {
  /// The content that is stored, or why there is none.
  public let result: Result<SHA256Digest, RowFailure.Thrown>
  /// Its bytes; nil without any.
  public let bytes: Int?
  /// The HTTP status that whoever fetched it was given.
  public let httpStatus: Int?

  /// A delivery of its parts.
  public init(
    result: Result<SHA256Digest, RowFailure.Thrown>, bytes: Int?, httpStatus: Int? = nil
  ) {
    self.result = result
    self.bytes = bytes
    self.httpStatus = httpStatus
  }
}
