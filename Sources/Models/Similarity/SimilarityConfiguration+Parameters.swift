/// How large a network of these sizes is, known before any of it is allocated.
extension SimilarityConfiguration {
  /// Whether all sizes are positive and the dropout rate is one.
  var isPossible: Bool {
    [
      regionDimension, regions, vocabularySize, wordDimension, embedSize, similarityDimension,
      reasoningSteps, metaHidden,
    ].allSatisfy { $0 > 0 } && dropout >= 0 && dropout < 1
  }

  /// Trainable numbers of the similarity network and its meta network. In floating point, because
  /// sizes from a hostile file may multiply past any integer.
  var parameterCount: Double {
    let (d, m) = (Double(embedSize), Double(similarityDimension))
    let (words, hidden) = (Double(wordDimension), Double(metaHidden))
    func linear(_ inputs: Double, _ outputs: Double) -> Double { inputs * outputs + outputs }
    let pooling = 2 * linear(d, d) + linear(d, 1)
    let image =
      linear(Double(regionDimension), d) + pooling + 2 * Double(regions) + 2 * d
    let caption =
      Double(vocabularySize) * words + 2 * (linear(words, 3 * d) + linear(d, 3 * d)) + pooling
    let graph = 3 * Double(reasoningSteps) * linear(m, m)
    return image + caption + 2 * linear(d, m) + graph + linear(m, hidden) + linear(hidden, 1)
  }
}
