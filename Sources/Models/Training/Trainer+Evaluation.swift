import Tensors

/// How good both networks are together: by the dev pairs, or without any by the trusted ones.
struct Outcome: Sendable, Equatable, Codable {
  let dev: RetrievalMetrics?
  let trustedLoss: Double?

  enum CodingKeys: String, CodingKey {
    case dev
    case trustedLoss = "trusted_loss"
  }

  /// Higher is better.
  var score: Double { dev?.sum ?? trustedLoss.map { -$0 } ?? -.infinity }
}

extension Trainer {
  /// Retrieval on the dev pairs by the mean of both networks; without dev pairs, the BCE on the
  /// trusted pairs and fresh mismatches. Never the truth, never the test pairs.
  ///
  /// - Throws: `ModelsError.diverged` when the networks give anything but numbers.
  func evaluate(_ networks: [CorrectedNetwork], epoch: Int) throws -> Outcome {
    func require(_ similarities: Tensor) throws(ModelsError) {
      guard similarities.isFinite else {
        throw .diverged(
          network: "A or B", epoch: epoch + 1, batch: nil, detail: "similarities are no numbers")
      }
    }
    if data.dev.count > 0 {
      let pairs = devSubset()
      let matrices = try bothNetworks { index, workers in
        try PairScorer(networks[index], workers: workers).retrievalMatrix(of: pairs, data.source)
      }
      var mean = matrices[0].similarities.adding(matrices[1].similarities)
      mean.scale(by: 0.5)
      try require(mean)
      return Outcome(
        dev: RetrievalMetrics(mean, imageOfCaption: matrices[0].imageOfCaption), trustedLoss: nil)
    }
    let pool = MetaPool(
      trusted: data.trusted, mismatched: data.mismatched, harvested: data.harvested,
      generator: generator.stream(7))
    let scores = try bothNetworks { index, workers in
      try PairScorer(networks[index], workers: workers).similarities(of: pool.pairs, data.source)
    }
    let mean = Tensor(zip(scores[0], scores[1]).map { ($0 + $1) / 2 })
    try require(mean)
    return Outcome(dev: nil, trustedLoss: BinaryCrossEntropy(mean, labels: pool.labels).value)
  }

  /// All captions of the first `devImages` dev images.
  private func devSubset() -> CaptionedImages {
    var seen: Set<Int> = []
    let chosen = data.dev.images.indices.filter { index in
      let image = data.dev.images[index]
      guard seen.contains(image) || seen.count < recipe.devImages else { return false }
      seen.insert(image)
      return true
    }
    return CaptionedImages(
      captions: chosen.map { data.dev.captions[$0] }, images: chosen.map { data.dev.images[$0] })
  }
}
