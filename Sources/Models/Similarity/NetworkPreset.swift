/// Sizes to choose by name.
public enum NetworkPreset: String, Sendable, Codable, CaseIterable {
  /// d 256, m 64: the default on a laptop.
  case compact
  /// d 1024, m 256: the paper's.
  case paper

  /// The sizes for given features and a vocabulary.
  public func configuration(
    regionDimension: Int, regions: Int, vocabularySize: Int
  ) -> SimilarityConfiguration {
    switch self {
    case .compact:
      SimilarityConfiguration(
        regionDimension: regionDimension, regions: regions, vocabularySize: vocabularySize,
        embedSize: 256, similarityDimension: 64)
    case .paper:
      SimilarityConfiguration(
        regionDimension: regionDimension, regions: regions, vocabularySize: vocabularySize,
        embedSize: 1024, similarityDimension: 256)
    }
  }
}
