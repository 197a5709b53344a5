import Tensors

/// One image of a batch against one caption of the batch.
public struct ImageCaptionPair: Hashable, Sendable {
  /// The image's place in the batch.
  public let image: Int
  /// The caption's place in the batch.
  public let caption: Int

  /// A pair of two places in a batch.
  public init(image: Int, caption: Int) {
    self.image = image
    self.caption = caption
  }
}

/// Pairs that one worker computes in one go, and where their rows lie.
///
/// A tile's pairs that share an image stand next to each other, so that the products with the
/// image's regions take all their words at once.
struct PairTile: Sendable {
  let pairs: [ImageCaptionPair]
  /// The words of each pair's caption, pair after pair.
  let words: Segments
  /// Each pair's nodes: its global alignment and one for each word.
  let nodes: Segments
  /// For each word row of the tile, its row in the batch's captions.
  let captionRows: [Int]
  /// Those rows as a range, where they are consecutive.
  let captionRange: Range<Int>?
  /// Runs of pairs with the same image: the image, and the word rows of the run.
  let imageRuns: [(image: Int, rows: Range<Int>)]

  /// The tile's rows of a tensor that has a row for each word of the batch's captions.
  func words(of captions: Tensor) -> Tensor {
    captionRange.map { captions[rows: $0] } ?? captions.gatheringRows(captionRows)
  }

  var images: [Int] { pairs.map(\.image) }
  var captions: [Int] { pairs.map(\.caption) }

  init(_ pairs: [ImageCaptionPair], captions: Segments) {
    self.pairs = pairs
    let lengths = pairs.map { captions.length($0.caption) }
    words = Segments(lengths: lengths)
    nodes = Segments(lengths: lengths.map { $0 + 1 })
    captionRows = pairs.flatMap { Array(captions[$0.caption]) }
    let consecutive = zip(pairs, pairs.dropFirst()).allSatisfy { $0.caption + 1 == $1.caption }
    captionRange =
      consecutive && !captionRows.isEmpty
      ? captionRows[0]..<captionRows[0] + captionRows.count : nil
    var runs: [(image: Int, rows: Range<Int>)] = []
    for (index, pair) in pairs.enumerated() {
      if let last = runs.last, last.image == pair.image {
        runs[runs.count - 1].rows = last.rows.lowerBound..<words[index].upperBound
      } else {
        runs.append((pair.image, words[index]))
      }
    }
    imageRuns = runs
  }

  /// Every image against every caption, image by image, each image's pairs cut into tiles of about
  /// `wordRows` words.
  static func allPairs(images: Int, captions: Segments, wordRows: Int) -> [PairTile] {
    (0..<images).flatMap { image in
      cutting(
        (0..<captions.count).map { ImageCaptionPair(image: image, caption: $0) },
        captions: captions, wordRows: wordRows)
    }
  }

  /// The given pairs in their order, cut into tiles of at most `wordRows` words or a single pair.
  static func cutting(
    _ pairs: [ImageCaptionPair], captions: Segments, wordRows: Int
  ) -> [PairTile] {
    var tiles: [PairTile] = []
    var current: [ImageCaptionPair] = []
    var words = 0
    for pair in pairs {
      let length = captions.length(pair.caption)
      if !current.isEmpty, words + length > wordRows {
        tiles.append(PairTile(current, captions: captions))
        current = []
        words = 0
      }
      current.append(pair)
      words += length
    }
    if !current.isEmpty { tiles.append(PairTile(current, captions: captions)) }
    return tiles
  }
}
