import Layers

/// How large a network of these sizes is, known before any of it is allocated.
extension SimilarityConfiguration {
  /// Refuses sizes for which `file` cannot hold the weights: it cannot ask for much more memory than
  /// it fills.
  ///
  /// - Throws: `LayersError.malformed`.
  func requireFits(_ file: some TensorSource) throws(LayersError) {
    let stored = file.storedCount
    guard isPossible, parameterCount <= Double(max(2 * stored, 1 << 24)) else {
      throw .malformed(
        file: file.name,
        detail: "its sizes do not fit the \(stored) numbers stored in it: d \(embedSize), m "
          + "\(similarityDimension), \(regions) regions of \(regionDimension), \(vocabularySize) "
          + "words of \(wordDimension), \(reasoningSteps) steps, \(metaHidden) hidden")
    }
  }

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
    let reasoned =
      switch reasoning {
      case .graph: 3 * Double(reasoningSteps) * linear(m, m)
      case .filtration: linear(m, 1) + 2
      }
    return image + caption + 2 * linear(d, m) + reasoned + linear(m, hidden) + linear(hidden, 1)
  }
}
