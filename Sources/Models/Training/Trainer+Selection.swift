import Tensors

/// Which harvested pairs a network believes in.
public struct Selection: Sendable {
  /// Indices of the kept pairs, in order.
  public let kept: [Int]
  /// The mixture that chose them.
  public let mixture: BetaMixture
}

/// How good both networks are after an epoch.
struct Outcome: Sendable {
  let dev: RetrievalMetrics?
  let trustedLoss: Double?

  /// Higher is better.
  var score: Double { dev?.sum ?? trustedLoss.map { -$0 } ?? -.infinity }
}

extension Trainer {
  /// Scores the meta pool and all harvested pairs, fits the beta mixture and keeps what is more
  /// likely matched than the threshold. Where nothing would be kept, the labelled pairs' mixture
  /// decides, and where that keeps nothing either, all pairs are.
  func select(
    by network: CorrectedNetwork, _ pool: MetaPool, workers: Workers
  ) throws -> Selection {
    let labelled = try network.similarities(of: pool.pairs, data.source, workers: workers)
    let initial = BetaMixture(
      mismatched: zip(labelled, pool.labels).filter { $1 == 0 }.map { Double($0.0) },
      matched: zip(labelled, pool.labels).filter { $1 == 1 }.map { Double($0.0) })
    let similarities = try network.similarities(
      of: data.harvested, data.source, workers: workers)
    let refined = initial.refined(on: similarities.map(Double.init))
    for mixture in [refined, initial] {
      let probability = CleanProbability(mixture)
      let kept = similarities.indices.filter {
        recipe.cleanThreshold == 0
          || probability(Double(similarities[$0])) > recipe.cleanThreshold
      }
      if kept.count > 1 { return Selection(kept: kept, mixture: mixture) }
    }
    return Selection(kept: Array(similarities.indices), mixture: initial)
  }

  /// Retrieval on the dev pairs by the mean of both networks; without dev pairs, the BCE on the
  /// trusted pairs and fresh mismatches. Never the truth, never the test pairs.
  func evaluate(_ state: TrainingState, epoch: Int) throws -> Outcome {
    let networks = state.networks.map(\.network)
    if data.dev.count > 0 {
      let pairs = devSubset()
      let matrices = try bothNetworks { index, workers in
        try networks[index].retrievalMatrix(of: pairs, data.source, workers: workers)
      }
      var mean = matrices[0].similarities.adding(matrices[1].similarities)
      mean.scale(by: 0.5)
      return Outcome(
        dev: RetrievalMetrics(mean, imageOfCaption: matrices[0].imageOfCaption), trustedLoss: nil)
    }
    let pool = MetaPool(
      trusted: data.trusted, harvested: data.harvested, generator: generator.stream(7))
    let scores = try bothNetworks { index, workers in
      try networks[index].similarities(of: pool.pairs, data.source, workers: workers)
    }
    let mean = zip(scores[0], scores[1]).map { ($0 + $1) / 2 }
    return Outcome(
      dev: nil, trustedLoss: BinaryCrossEntropy(Tensor(mean), labels: pool.labels).value)
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
