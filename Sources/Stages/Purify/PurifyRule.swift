import Audit
import Foundation
import Models
import Pairs

/// A decision rule, fitted to stored scores.
struct PurifyRule {
  let name: String
  /// What a pair has to exceed: a clean probability or a mean similarity.
  let level: Double
  /// What was fitted: to each network's similarities for the consensus, else to their means.
  let mixtures: [BetaMixture]
  private let judges: [Judge]
  private let comparesProbability: Bool

  /// A clean probability, and the similarity that it is asked of.
  private struct Judge {
    let mixture: BetaMixture
    let probability: CleanProbability
    let similarity: KeyPath<PairScore, Double>

    init(_ mixture: BetaMixture, of similarity: KeyPath<PairScore, Double>) {
      self.mixture = mixture
      probability = CleanProbability(mixture)
      self.similarity = similarity
    }

    func callAsFunction(_ score: PairScore) -> Double { probability(score[keyPath: similarity]) }
  }

  private init(_ name: String, above level: Double, ofProbability: Bool, _ judges: [Judge]) {
    self.name = name
    self.level = level
    self.judges = judges
    comparesProbability = ofProbability
    mixtures = judges.map(\.mixture)
  }

  /// - Parameters:
  ///   - scores: What both networks say of the harvested pairs that mixtures are fitted to.
  ///   - all: What they say of all of them.
  ///   - stored: Mixtures to take in place of fitting them to the scores.
  init(
    _ configuration: PurifyConfiguration, _ calibration: Calibration,
    scores: NetworkSimilarities, all: AllScores, stored: StoredMixtures? = nil
  ) throws {
    let mean = Self.labelled(
      calibration.mismatched.means, calibration.matched.means, of: \.similarity)
    if configuration.isConsensus {
      let networks = Self.networks(calibration)
      if let stored {
        let mixtures = try stored.require(
          model: calibration.model, isConsensus: true, judges: networks.count)
        let judges = zip(mixtures, networks).map { Judge($0, of: $1.similarity) }
        self.init(
          Self.consensusName, above: configuration.cleanThreshold ?? Self.usualLevel(of: judges),
          ofProbability: true, judges)
        return
      }
      let refined = networks.map { judge in
        Judge(
          judge.similarity == \PairScore.similarityA
            ? judge.mixture.refined(on: scores.a, trusted: calibration.matched.a)
            : judge.mixture.refined(on: scores.b, trusted: calibration.matched.b),
          of: judge.similarity)
      }
      let rules = [refined, networks].map {
        PurifyRule(
          Self.consensusName, above: configuration.cleanThreshold ?? Self.usualLevel(of: $0),
          ofProbability: true, $0)
      }
      self = rules.first { $0.keepsAny(of: scores) } ?? rules[0]
      return
    }
    let similarities = scores.means
    let judges: [Judge]
    if let stored {
      let mixtures = try stored.require(model: calibration.model, isConsensus: false, judges: 1)
      judges = mixtures.map { Judge($0, of: \.similarity) }
    } else {
      let refined = mean.mixture.refined(on: similarities, trusted: calibration.matched.means)
      judges = [Judge(refined, of: \.similarity), mean]
    }
    let threshold = configuration.cleanThreshold ?? PurifyConfiguration.usualThreshold
    let rules = judges.map {
      PurifyRule(Self.mixtureName, above: threshold, ofProbability: true, [$0])
    }
    let mixture = rules.first { $0.keepsAny(of: scores) } ?? rules[0]
    let level: (name: String, value: Double)
    if let threshold = configuration.threshold {
      level = ("threshold", threshold)
    } else if let fraction = configuration.keepFraction {
      level = (
        "keep-fraction",
        try Self.level(forFraction: fraction, count: all.count) { body in
          try all.forEach { body($0.similarity) }
        }
      )
    } else if let precision = configuration.targetPrecision {
      level = (
        "target-precision",
        try Self.level(
          forPrecision: precision, calibration, matchedShare: mixture.mixtures[0].matchedShare)
      )
    } else {
      self = mixture
      return
    }
    self.init(level.name, above: level.value, ofProbability: false, mixture.judges)
  }

  /// Where the networks contradict each other on a pair, what they say of it cancels, and what is left
  /// is how many pairs match at all. (Of photographs on which they did, 0.73, 0.50 and 0.37 matched
  /// with 20, 50 and 70 % of the captions moved, and all with none.) Where that is nearly certain, such
  /// a pair is kept: the level then is the other end of what else would be uncertain.
  private static func usualLevel(of judges: [Judge]) -> Double {
    let level = PurifyConfiguration.usualThreshold
    return mean(judges.map(\.mixture.matchedShare)) >= nearlyAll ? 1 - level : level
  }

  /// The estimated share of matched pairs from which on contradictions count for the pair.
  static let nearlyAll = 0.95

  /// The labelled mixtures of both networks. A network that does not score the trusted pairs above
  /// the mismatches has no say; where neither does, both have.
  private static func networks(_ calibration: Calibration) -> [Judge] {
    let (low, high) = (calibration.mismatched, calibration.matched)
    let judges = [
      (judge: labelled(low.a, high.a, of: \.similarityA), tells: mean(low.a) < mean(high.a)),
      (judge: labelled(low.b, high.b, of: \.secondSimilarity), tells: mean(low.b) < mean(high.b)),
    ]
    let useful = judges.filter(\.tells).map(\.judge)
    return useful.isEmpty ? judges.map(\.judge) : useful
  }

  private static func labelled(
    _ mismatched: [Double], _ matched: [Double], of similarity: KeyPath<PairScore, Double>
  ) -> Judge {
    Judge(BetaMixture(mismatched: mismatched, matched: matched), of: similarity)
  }

  private static func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(max(values.count, 1))
  }

  /// Whether a rule of this name compares clean probabilities with its level, not similarities.
  static func isOfProbability(_ name: String) -> Bool {
    name == consensusName || name == mixtureName
  }

  static let consensusName = "consensus"
  private static let mixtureName = "beta-mixture"

  private func keepsAny(of scores: NetworkSimilarities) -> Bool {
    zip(scores.a, scores.b).contains { a, b in
      decision(on: PairScore(pairID: 0, similarityA: a, similarityB: b)).isKept
    }
  }

  /// What becomes of a pair. Its clean probability is the mean of its judges'. Where that decides,
  /// as far below one half as the level is above it lies the end of what is uncertain.
  func decision(on score: PairScore) -> PairDecision {
    let opinions = judges.map { $0(score) }
    let probability = Self.mean(opinions)
    let reason: PairReason =
      if (comparesProbability ? probability : score.similarity) > level {
        .matched
      } else if comparesProbability, probability >= 1 - level {
        .uncertain
      } else {
        .mismatch
      }
    return PairDecision(
      pairID: score.pairID, isKept: reason == .matched, reason: reason,
      detail: reason == .uncertain && opinions.count == 2
        ? String(
          format: "clean probability %.3f by network A, %.3f by B", opinions[0], opinions[1])
        : nil,
      cleanProbability: probability)
  }

  /// The least mean similarity that the rule keeps; nil where it does not decide on the mean.
  var leastSimilarity: Double? {
    if !comparesProbability { return level }
    return judges.count == 1 && judges[0].similarity == \PairScore.similarity
      ? judges[0].probability.leastSimilarity(above: level) : nil
  }

  /// What the rule was fitted to, and what is rejected for its content, as a JSON object. The numbers of
  /// pairs and of images that another looks nearly like stand for what the pairs were compared with.
  ///
  /// - Parameter sample: To how many pairs mixtures were fitted; nil where to all.
  func parameters(
    _ content: ContentRules, pairs: Int, nearImages: Int, sample: Int?
  ) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let parameters = Parameters(
      mixtures: mixtures, content: content.isActive ? content : nil,
      pairs: content.isActive ? pairs : nil, nearImages: content.isActive ? nearImages : nil,
      sample: sample)
    return String(decoding: try encoder.encode(parameters), as: UTF8.self)
  }

  private struct Parameters: Encodable {
    let mixtures: [BetaMixture]
    let content: ContentRules?
    let pairs: Int?
    let nearImages: Int?
    let sample: Int?

    enum CodingKeys: String, CodingKey {
      case mixtures
      case content
      case pairs
      case nearImages = "near_images"
      case sample
    }
  }
}

extension PairScore {
  /// B's similarity; A's again where a score is of one network alone.
  var secondSimilarity: Double { similarityB ?? similarityA }
}
