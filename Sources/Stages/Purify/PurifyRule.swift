import Audit
import Foundation
import Models
import Pairs

/// A decision rule, fitted to stored scores.
struct PurifyRule {
  let name: String
  /// What a pair has to exceed.
  let level: Double
  /// What was fitted: to each network's similarities for the consensus, else to their means.
  let mixtures: [BetaMixture]
  private let judges: [CleanProbability]
  private let kind: Kind

  private enum Kind {
    /// Both networks' clean probabilities have to exceed the level.
    case consensus
    /// The clean probability of the mean similarity has to.
    case probability
    /// The mean similarity has to.
    case similarity
  }

  private init(
    _ name: String, above level: Double, _ kind: Kind,
    _ fits: [(mixture: BetaMixture, probability: CleanProbability)]
  ) {
    self.name = name
    self.level = level
    self.kind = kind
    mixtures = fits.map(\.mixture)
    judges = fits.map(\.probability)
  }

  /// - Parameter scores: of all harvested pairs that have one.
  init(
    _ configuration: PurifyConfiguration, _ calibration: Calibration, scores: [PairScore]
  ) throws {
    self =
      configuration.isConsensus
      ? Self.consensus(above: configuration.cleanThreshold, calibration, scores)
      : try Self.ofMeans(configuration, calibration, scores.map(\.similarity))
  }

  private static func consensus(
    above level: Double, _ calibration: Calibration, _ scores: [PairScore]
  ) -> PurifyRule {
    PurifyRule(
      "consensus", above: level, .consensus,
      [
        fit(
          calibration.mismatched.a, calibration.matched.a, scores.map(\.similarityA),
          above: level),
        fit(
          calibration.mismatched.b, calibration.matched.b, scores.map(\.secondSimilarity),
          above: level),
      ])
  }

  private static func ofMeans(
    _ configuration: PurifyConfiguration, _ calibration: Calibration, _ similarities: [Double]
  ) throws -> PurifyRule {
    let fit = fit(
      calibration.mismatched.means, calibration.matched.means, similarities,
      above: configuration.cleanThreshold)
    if let threshold = configuration.threshold {
      return PurifyRule("threshold", above: threshold, .similarity, [fit])
    }
    if let fraction = configuration.keepFraction {
      return PurifyRule(
        "keep-fraction", above: level(forFraction: fraction, similarities), .similarity, [fit])
    }
    if let precision = configuration.targetPrecision {
      return PurifyRule(
        "target-precision",
        above: try level(
          forPrecision: precision, calibration, matchedShare: fit.mixture.matchedShare),
        .similarity, [fit])
    }
    return PurifyRule("beta-mixture", above: configuration.cleanThreshold, .probability, [fit])
  }

  /// What becomes of a pair.
  func decision(on score: PairScore) -> PairDecision {
    switch kind {
    case .consensus:
      let probabilities = [judges[0](score.similarityA), judges[1](score.secondSimilarity)]
      let votes = probabilities.count { $0 > level }
      let reason: PairReason = [.mismatch, .uncertain, .matched][votes]
      return PairDecision(
        pairID: score.pairID, isKept: reason == .matched, reason: reason,
        detail: reason == .uncertain
          ? String(
            format: "clean probability %.3f by network A, %.3f by B", probabilities[0],
            probabilities[1]) : nil,
        cleanProbability: (probabilities[0] + probabilities[1]) / 2)
    case .probability, .similarity:
      let probability = judges[0](score.similarity)
      let isKept = (kind == .probability ? probability : score.similarity) > level
      return PairDecision(
        pairID: score.pairID, isKept: isKept, reason: isKept ? .matched : .mismatch,
        cleanProbability: probability)
    }
  }

  /// The least mean similarity that the rule keeps; nil where it does not decide on the mean.
  var leastSimilarity: Double? {
    switch kind {
    case .consensus: nil
    case .probability: judges[0].leastSimilarity(above: level)
    case .similarity: level
    }
  }

  /// What the rule was fitted to, as a JSON object.
  func parameters() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return String(decoding: try encoder.encode(["mixtures": mixtures]), as: UTF8.self)
  }

  /// The refined mixture, or the labelled one where the refined one keeps nothing.
  private static func fit(
    _ mismatched: [Double], _ matched: [Double], _ similarities: [Double], above level: Double
  ) -> (mixture: BetaMixture, probability: CleanProbability) {
    let labelled = BetaMixture(mismatched: mismatched, matched: matched)
    let mixture = labelled.refined(on: similarities)
    let probability = CleanProbability(mixture)
    if similarities.contains(where: { probability($0) > level }) { return (mixture, probability) }
    return (labelled, CleanProbability(labelled))
  }
}

extension PairScore {
  /// B's similarity; A's again where a score is of one network alone.
  fileprivate var secondSimilarity: Double { similarityB ?? similarityA }
}
