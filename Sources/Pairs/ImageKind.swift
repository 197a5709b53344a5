/// What the images of a workspace are. The two do not go together: features of different origin
/// cannot be compared.
public enum ImageKind: Hashable, Sendable {
  /// Files to decode, here or on the web.
  case pictures
  /// Rows of arrays of features.
  case precomputed

  /// The kind that a manifest's URL names by its text alone; nil for one that Winnow does not follow.
  public init?(ofURL url: String) {
    switch ImageURL(url) {
    case .path, .remote, .archived: self = .pictures
    case .precomputed: self = .precomputed
    case .refused: return nil
    }
  }

  /// The kind for a person.
  public var name: String {
    switch self {
    case .pictures: "pictures"
    case .precomputed: "precomputed features"
    }
  }

  /// Why a line of another kind is no pair of a workspace of this kind; nil for a line of this kind,
  /// and for one that is refused anyway.
  public func refusal(of location: ImageLocation) -> RowFailure? {
    guard let other = location.kind, other != self else { return nil }
    return RowFailure(
      .unsupportedURL, "the URL names \(other.name), but the workspace is one of \(name)")
  }
}

extension ImageLocation {
  /// The kind of what is there; nil for a URL that is refused.
  public var kind: ImageKind? {
    switch self {
    case .local, .remote: .pictures
    case .precomputed: .precomputed
    case .refused: nil
    }
  }
}
