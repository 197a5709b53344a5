import Audit
import Models
import Pairs
import Tensors

/// A sample of the harvested pictures and captions: those whose hashes are the smallest, so that it
/// depends on nothing but what was harvested.
struct CandidateSample {
  /// A pair for each sampled picture.
  private(set) var images = SmallestHashes(limit: Self.size)
  /// A pair for each sampled caption.
  private(set) var captions = SmallestHashes(limit: Self.size)
  /// Pairs that were read.
  private(set) var pairs = 0
  /// Different pictures among them.
  private(set) var imageCount = 0
  /// Captions among them that read differently.
  private(set) var captionCount = 0

  /// Sampled pictures, and as many captions. Half of it finds fewer of the best matches; twice as
  /// many take four times as long.
  static let size = 1024

  init(of harvested: HarvestedPairs, readBy vocabulary: Vocabulary) throws {
    let tokenizer = CaptionTokenizer()
    var seenImages = SeenNumbers()
    var seenCaptions: Set<UInt64> = []
    try harvested.forEachPage { page in
      for pair in page {
        if seenImages.insert(pair.imageID) {
          imageCount += 1
          images.offer(PairKey(digest: pair.imageDigest).high, pair.pairID)
        }
        let caption = ReadCaption(pair.caption, vocabulary, tokenizer).identity
        if seenCaptions.insert(caption).inserted {
          captionCount += 1
          captions.offer(caption, pair.pairID)
        }
      }
      pairs += page.count
    }
  }
}

/// The smallest of many hashes, each with the first number that came with it.
struct SmallestHashes {
  private let limit: Int
  private var entries: [(hash: UInt64, id: Int64)] = []

  init(limit: Int) { self.limit = limit }

  /// The numbers, in order.
  var ids: [Int64] { entries.map(\.id).sorted() }

  mutating func offer(_ hash: UInt64, _ id: Int64) {
    if entries.count == limit, let last = entries.last, last.hash <= hash { return }
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].hash < hash { low = middle + 1 } else { high = middle }
    }
    if low < entries.count, entries[low].hash == hash { return }
    entries.insert((hash, id), at: low)
    if entries.count > limit { entries.removeLast() }
  }
}
