/// Why a model says of a pair what it says.
public struct PairExplanation: Sendable, Equatable, Codable {
  /// A harvested caption or picture, by the number of a pair that has it, and how well it matches.
  public struct Match: Sendable, Equatable, Codable {
    /// The pair's number: the explained pair's own where it is its own caption or picture, else the
    /// first pair's that has it.
    public let pairID: Int64
    /// The mean of both networks' similarities, in [0, 1].
    public let similarity: Double

    enum CodingKeys: String, CodingKey {
      case pairID = "pair_id"
      case similarity = "similarity"
    }

    /// A match of its parts.
    public init(pairID: Int64, similarity: Double) {
      self.pairID = pairID
      self.similarity = similarity
    }
  }

  /// How pictures were made square before they were cut into a grid.
  public enum Fit: String, Sendable, Codable {
    /// The grid covers the largest square in the picture's middle.
    case crop
    /// The grid covers the smallest square around the picture, which lies in its middle.
    case pad
  }

  /// The pair's number.
  public let pairID: Int64
  /// The caption as it was read: its tokens, of which a very long caption has more.
  public let words: [String]
  /// Which of the words the model knows; it takes all others for one and the same.
  public let isKnown: [Bool]
  /// How well each word is found in the picture: the cosine of the word and what it attends to, the
  /// mean of both networks, in [−1, 1].
  public let grounding: [Double]
  /// Where each word looks: a byte for each region, word after word, 255 for the region that it
  /// attends to most; the mean of both networks.
  public let attention: [UInt8]
  /// Rows of the grid of regions, from the top; nil where regions are no grid.
  public let regionRows: Int?
  /// Columns of the grid, from the left: region r lies in row r / columns; nil where regions are no
  /// grid.
  public let regionColumns: Int?
  /// Where the grid lies in the picture; nil where regions are no grid.
  public let fit: Fit?
  /// The harvested captions that fit this picture best, best first.
  public let captions: [Match]
  /// The harvested pictures that fit this caption best, best first.
  public let images: [Match]

  enum CodingKeys: String, CodingKey {
    case pairID = "pair_id"
    case words = "words"
    case isKnown = "known"
    case grounding = "grounding"
    case attention = "attention"
    case regionRows = "region_rows"
    case regionColumns = "region_columns"
    case fit = "fit"
    case captions = "captions"
    case images = "images"
  }

  /// An explanation of its parts.
  public init(
    pairID: Int64, words: [String], isKnown: [Bool], grounding: [Double], attention: [UInt8],
    regionRows: Int?, regionColumns: Int?, fit: Fit?, captions: [Match], images: [Match]
  ) {
    self.pairID = pairID
    self.words = words
    self.isKnown = isKnown
    self.grounding = grounding
    self.attention = attention
    self.regionRows = regionRows
    self.regionColumns = regionColumns
    self.fit = fit
    self.captions = captions
    self.images = images
  }

  /// Regions of the picture; 0 for a caption without a word.
  public var regions: Int { words.isEmpty ? 0 : attention.count / words.count }

  /// What does not fit together, as in a row that something else wrote; nil when all does.
  var contradiction: (column: String, value: String)? {
    if isKnown.count != words.count {
      return ("explanation.known", "\(isKnown.count) of \(words.count) words")
    }
    if grounding.count != words.count {
      return ("explanation.grounding", "\(grounding.count) of \(words.count) words")
    }
    let isWhole =
      words.isEmpty ? attention.isEmpty : attention.count.isMultiple(of: words.count)
    let isGrid =
      if let regionRows, let regionColumns, !words.isEmpty {
        regionRows > 0 && regionColumns > 0
          && regions / regionRows == regionColumns && regions.isMultiple(of: regionRows)
      } else {
        true
      }
    return isWhole && isGrid ? nil : ("explanation.attention", "\(attention.count) bytes")
  }
}

/// Which pairs are to be explained: those that are rejected, or those that are kept.
public enum ExplanationScope: Sendable, Equatable {
  /// By the decisions of a run, ordered by how near to the threshold their clean probability is, or
  /// their similarity.
  case decided(run: Int64, byProbability: Bool)
  /// Before any decision: by whether their similarity lies above a middle, ordered by how near to it.
  case undecided(middle: Double)
}

/// A pair that is to be explained.
public struct PairToExplain: Sendable, Equatable {
  /// The pair's number.
  public let pairID: Int64
  /// Whether the model's explanation of it is stored.
  public let isExplained: Bool

  /// A value of its parts.
  public init(pairID: Int64, isExplained: Bool) {
    self.pairID = pairID
    self.isExplained = isExplained
  }
}
