/// Where a pair's image is, by its URL alone: nothing is looked up.
public enum ImageLocation: Hashable, Sendable {
  /// A path below the image root: no `.`, no `..`, no empty part, not absolute.
  case local(relativePath: String)
  /// A row, from 0, of an array of features below the image root.
  case precomputed(relativePath: String, row: Int)
  /// An http or https URL, to be fetched.
  case remote(url: String)
  /// A URL that Winnow does not follow, and why.
  case refused(RowFailure)
}

/// What an image location led to on disk.
public enum ResolvedImage: Hashable, Sendable {
  /// The canonical path of a regular file below the image root.
  case file(path: String)
  /// A row, from 0, of an array of features: the canonical path of a regular file below the image
  /// root.
  case precomputed(path: String, row: Int)
  /// An http or https URL, to be fetched.
  case remote(url: String)
  /// No usable image, and why.
  case failed(RowFailure)
}

extension ImageLocation {
  /// The http or https URL that a manifest's text names, without the whitespace round it; nil for
  /// any other text.
  public static func remoteURL(of text: String) -> String? {
    guard case .remote(let url) = ImageURL(text) else { return nil }
    return url
  }
}
