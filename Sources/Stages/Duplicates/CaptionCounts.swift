import Pairs

/// How many different captions images, or all images of one appearance, have. Memory: 16 bytes for each pair that is counted.
struct CaptionCounts {
  private struct Entry: Comparable {
    let image: Int64
    let caption: UInt64

    static func < (left: Entry, right: Entry) -> Bool {
      (left.image, left.caption) < (right.image, right.caption)
    }
  }

  private var entries: [Entry] = []

  /// Counts a caption of an image.
  mutating func add(_ caption: String, of image: Int64) {
    entries.append(Entry(image: image, caption: ContentKey(caption).bits))
  }

  /// The images with more different captions than `limit`, and how many each has.
  mutating func images(above limit: Int) -> [Int64: Int] {
    entries.sort()
    var counts: [Int64: Int] = [:]
    var start = 0
    while start < entries.count {
      let image = entries[start].image
      var captions = 1
      var end = start + 1
      while end < entries.count, entries[end].image == image {
        if entries[end].caption != entries[end - 1].caption { captions += 1 }
        end += 1
      }
      if captions > limit { counts[image] = captions }
      start = end
    }
    return counts
  }
}
