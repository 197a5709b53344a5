/// The sizes that decide a similarity network's shape.
public struct SimilarityConfiguration: Sendable, Equatable, Codable {
  /// Numbers per image region that the featurizer gives, such as 1280.
  public var regionDimension: Int
  /// Regions per image, such as 36.
  public var regions: Int
  /// Words in the vocabulary, the four special ones included.
  public var vocabularySize: Int
  /// Width of a word embedding.
  public var wordDimension: Int
  /// d: width of the space that regions and words share.
  public var embedSize: Int
  /// m: width of a similarity vector.
  public var similarityDimension: Int
  /// How the alignments of a pair become its similarity vector.
  public var reasoning: ReasoningKind
  /// Steps of graph reasoning.
  public var reasoningSteps: Int
  /// Hidden width of the meta network V.
  public var metaHidden: Int
  /// Dropout after the word embedding and in the self-attention pooling.
  public var dropout: Float

  enum CodingKeys: String, CodingKey {
    case regionDimension = "region_dimension"
    case regions
    case vocabularySize = "vocabulary_size"
    case wordDimension = "word_dimension"
    case embedSize = "embed_size"
    case similarityDimension = "similarity_dimension"
    case reasoning
    case reasoningSteps = "reasoning_steps"
    case metaHidden = "meta_hidden"
    case dropout
  }

  /// Sizes of their parts; the defaults are the paper's.
  public init(
    regionDimension: Int, regions: Int, vocabularySize: Int, wordDimension: Int = 300,
    embedSize: Int, similarityDimension: Int, reasoning: ReasoningKind = .graph,
    reasoningSteps: Int = 3, metaHidden: Int = 64, dropout: Float = 0.4
  ) {
    self.regionDimension = regionDimension
    self.regions = regions
    self.vocabularySize = vocabularySize
    self.wordDimension = wordDimension
    self.embedSize = embedSize
    self.similarityDimension = similarityDimension
    self.reasoning = reasoning
    self.reasoningSteps = reasoningSteps
    self.metaHidden = metaHidden
    self.dropout = dropout
  }
}

/// The two variants of SGRAF.
public enum ReasoningKind: String, Sendable, Codable, CaseIterable {
  /// SGR: similarity graph reasoning.
  case graph = "sgr"
  /// SAF: similarity attention filtration.
  case filtration = "saf"
}
