import Audit

/// How the captions of an export go with the rows of its array.
///
/// The loaders of SCAN and its descendants know two ways: a row for each caption, or five successive
/// captions for each row. Their evaluation wants the second; after pairs were taken away only the
/// first can hold them.
struct CaptionLayout: Equatable {
  static let captionsOfGroup = 5

  /// Captions.
  private(set) var captions = 0
  private var image: Int64?
  private var isInFives = true

  /// Counts the caption of an image.
  mutating func add(_ image: Int64) {
    if captions.isMultiple(of: Self.captionsOfGroup) {
      self.image = image
    } else if image != self.image {
      isInFives = false
    }
    captions += 1
  }

  /// Successive captions for each row: 5 where every five are of one image, else 1.
  var captionsPerRow: Int {
    isInFives && captions.isMultiple(of: Self.captionsOfGroup) ? Self.captionsOfGroup : 1
  }

  /// Rows of the array.
  var rows: Int { captions / captionsPerRow }
}
