/// One picture and caption of a shard, good or bad.
public struct SampleRow: Sendable {
  /// The pair as a manifest would write it.
  public let row: ManifestRow
  /// The picture's bytes, or why there are none; nil for a row that is no pair.
  public let picture: Result<[UInt8], RowFailure.Thrown>?
  /// The HTTP status of a picture that was not to be had.
  public let httpStatus: Int?
}
