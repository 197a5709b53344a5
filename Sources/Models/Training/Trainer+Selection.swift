import Tensors

/// Which harvested pairs a network believes in.
public struct Selection: Sendable {
  /// Indices of the kept pairs, in order.
  public let kept: [Int]
  /// The mixture that chose them.
  public let mixture: BetaMixture
}

extension Trainer {
  /// Scores the meta pool and all harvested pairs, fits the beta mixture and keeps what is more
  /// likely matched than the threshold. Where nothing would be kept, the labelled pairs' mixture
  /// decides, and where that keeps nothing either, all pairs are.
  func select(
    by network: CorrectedNetwork, _ pool: MetaPool, workers: Workers
  ) throws -> Selection {
    let scorer = PairScorer(network, workers: workers)
    let labelled = try scorer.similarities(of: pool.pairs, data.source)
    let trusted = zip(labelled, pool.labels).filter { $1 == 1 }.map { Double($0.0) }
    let initial = BetaMixture(
      mismatched: zip(labelled, pool.labels).filter { $1 == 0 }.map { Double($0.0) },
      matched: trusted)
    let similarities = try scorer.similarities(of: data.harvested, data.source)
    let refined = initial.refined(on: similarities.map(Double.init), trusted: trusted)
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
}
