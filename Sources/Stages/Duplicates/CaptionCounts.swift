import Audit

/// How many different captions images, or all images of one appearance, have. They are sorted on disk, so
/// memory does not grow with the pairs that are counted.
struct CaptionCounts {
  private let captions: SortedScratch

  init() throws { captions = try SortedScratch() }

  /// Counts a caption of an image.
  func add(_ caption: String, of image: Int64) throws {
    try captions.add(
      SortedScratch.Row(image, Int64(bitPattern: ContentKey(caption).bits)))
  }

  /// The images with more different captions than `limit`, and how many each has.
  func images(above limit: Int) throws -> [Int64: Int] {
    var counts: [Int64: Int] = [:]
    var last: SortedScratch.Row?
    var different = 0
    func finish() {
      if let last, different > limit { counts[last.first] = different }
    }
    try captions.forEach { row in
      if row.first != last?.first {
        finish()
        different = 1
      } else if row.second != last?.second {
        different += 1
      }
      last = row
    }
    finish()
    return counts
  }
}
