/// Why a pair has its status: the closed list of reason codes. Raw values are the codes stored in
/// the audit table.
public enum PairReason: String, Codable, CaseIterable, Sendable {
  /// Given as trusted.
  case trusted
  /// Kept by the model.
  case matched
  /// Rejected by the model.
  case mismatch
  /// The model's third class.
  case uncertain
  /// Not two columns.
  case malformedRow = "malformed_row"
  /// Bytes that are not UTF-8.
  case invalidUTF8 = "invalid_utf8"
  /// A caption without a visible character.
  case emptyCaption = "empty_caption"
  /// A URL without a visible character.
  case emptyURL = "empty_url"
  /// A caption above the limit of bytes or words.
  case captionTooLong = "caption_too_long"
  /// A URL above the byte limit.
  case urlTooLong = "url_too_long"
  /// A URL scheme Winnow does not read.
  case unsupportedURL = "unsupported_url"
  /// A path that leaves the image root.
  case unsafePath = "unsafe_path"
  /// A remote image that was never fetched.
  case notFetched = "not_fetched"
  /// A URL that is none.
  case malformedURL = "malformed_url"
  /// A server that took too long.
  case timeout
  /// A host name that leads nowhere.
  case dns
  /// A connection that failed or broke off.
  case connection
  /// A certificate that does not hold.
  case tls
  /// A server that answered with an error.
  case httpError = "http_error"
  /// An answer with more bytes than the limit.
  case tooLarge = "too_large"
  /// An answer that is no picture.
  case notAnImage = "not_an_image"
  /// Redirects without end.
  case redirectLimit = "redirect_limit"
  /// A site that asks not to be used.
  case optedOut = "opted_out"
  /// A URL that leads to an address that is not public.
  case blockedAddress = "blocked_address"
  /// No file at the path.
  case missingImage = "missing_image"
  /// A file that cannot be opened or read.
  case unreadableImage = "unreadable_image"
  /// An archive that breaks off or contradicts itself.
  case corruptArchive = "corrupt_archive"
  /// A file of zero bytes.
  case emptyImage = "empty_image"
  /// Not an image format Winnow decodes.
  case unsupportedFormat = "unsupported_format"
  /// An image file that ends too early.
  case truncatedImage = "truncated_image"
  /// An image file that does not decode.
  case corruptImage = "corrupt_image"
  /// More pixels than the limit.
  case imageTooLarge = "image_too_large"
  /// Fewer pixels a side than the limit.
  case imageTooSmall = "image_too_small"
  /// More time to decode than the limit.
  case imageTooSlow = "image_too_slow"
  /// A caption of fewer words than the limit.
  case captionTooShort = "caption_too_short"
  /// An image much longer than wide, or wider than long.
  case imageTooNarrow = "image_too_narrow"
  /// The same image and caption again.
  case duplicatePair = "duplicate_pair"
  /// Nearly the same image again.
  case nearDuplicate = "near_duplicate"
  /// One image under many captions.
  case placeholderImage = "placeholder_image"
  /// Decided by a reviewer.
  case overruled
}
