/// Which column of a manifest comes first.
public enum ColumnOrder: String, Codable, CaseIterable, Sendable {
  /// Caption, TAB, URL, as in Conceptual Captions.
  case captionURL = "caption,url"
  /// URL, TAB, caption, as in Conceptual 12M.
  case urlCaption = "url,caption"
}
