/// How much of a manifest line is believed. Longer ones become failed rows.
public struct ManifestLimits: Hashable, Sendable {
  /// The most bytes a caption may have.
  public var captionBytes: Int
  /// The most bytes a URL may have.
  public var urlBytes: Int

  /// Limits in bytes; both must be positive.
  public init(captionBytes: Int = 64 << 10, urlBytes: Int = 16 << 10) {
    self.captionBytes = captionBytes
    self.urlBytes = urlBytes
  }

  /// The most bytes of one line that are held at once.
  var lineBytes: Int { captionBytes + 1 + urlBytes }

  /// What is wrong with columns of these sizes, in bytes; nil when they are within the limits.
  func failure(captionCount: Int, urlCount: Int) -> RowFailure? {
    if captionCount > captionBytes {
      return RowFailure(
        .captionTooLong, "the caption has \(captionCount) bytes, the limit is \(captionBytes)")
    }
    if urlCount > urlBytes {
      return RowFailure(.urlTooLong, "the URL has \(urlCount) bytes, the limit is \(urlBytes)")
    }
    return nil
  }
}
