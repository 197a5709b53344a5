import Foundation
import Models

/// A decision rule, fitted to stored scores.
struct PurifyRule {
  let name: String
  /// What a pair has to exceed.
  let level: Double
  let comparesProbability: Bool
  let mixture: BetaMixture
  private let cleanProbability: CleanProbability

  /// - Parameter similarities: of all harvested pairs that have a score.
  init(
    _ configuration: PurifyConfiguration, _ calibration: Calibration, similarities: [Double]
  ) throws {
    let initial = BetaMixture(
      mismatched: calibration.mismatched, matched: calibration.matched)
    var mixture = initial.refined(on: similarities)
    var probability = CleanProbability(mixture)
    if !similarities.contains(where: { probability($0) > configuration.cleanThreshold }) {
      mixture = initial
      probability = CleanProbability(initial)
    }
    self.mixture = mixture
    cleanProbability = probability
    if let threshold = configuration.threshold {
      (name, level, comparesProbability) = ("threshold", threshold, false)
    } else if let fraction = configuration.keepFraction {
      let sorted = similarities.sorted(by: >)
      let count = Int((Double(sorted.count) * fraction).rounded())
      // Pairs at the cut itself are not above it: the level lies just under the last kept one.
      let level: Double =
        if count <= 0 { 1 } else if count >= sorted.count { -1 } else {
          (sorted[count - 1] + sorted[count]) / 2
        }
      (name, self.level, comparesProbability) = ("keep-fraction", level, false)
    } else if let precision = configuration.targetPrecision {
      (name, level, comparesProbability) = (
        "target-precision",
        try Self.level(forPrecision: precision, calibration, matchedShare: mixture.matchedShare),
        false
      )
    } else {
      (name, level, comparesProbability) = (
        "beta-mixture", configuration.cleanThreshold, true
      )
    }
  }

  /// The probability that a pair of this similarity matches.
  func probability(of similarity: Double) -> Double { cleanProbability(similarity) }

  func keeps(_ similarity: Double) -> Bool {
    comparesProbability ? probability(of: similarity) > level : similarity > level
  }

  /// What the rule was fitted to, as a JSON object.
  func parameters() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return String(decoding: try encoder.encode(mixture), as: UTF8.self)
  }

  /// The least similarity above which the kept pairs' estimated precision
  /// π S₁ / (π S₁ + (1 − π) S₀) reaches the target; S₁ and S₀ are the shares of matched and
  /// mismatched dev pairs above it, π the mixture's clean share. The meta pairs trained Θ and would
  /// flatter it; they serve only where there are no dev pairs.
  private static func level(
    forPrecision target: Double, _ calibration: Calibration, matchedShare: Double
  ) throws(StagesError) -> Double {
    let hasDev = !calibration.devMatched.isEmpty && !calibration.devMismatched.isEmpty
    let matched = (hasDev ? calibration.devMatched : calibration.matched).sorted()
    let mismatched = (hasDev ? calibration.devMismatched : calibration.mismatched).sorted()
    guard !matched.isEmpty, !mismatched.isEmpty else {
      throw .configuration(
        stage: PurifyStage.name, key: "target-precision",
        problem: "needs trusted pairs to estimate precision on")
    }
    func shareAbove(_ level: Double, _ sorted: [Double]) -> Double {
      Double(sorted.count { $0 > level }) / Double(sorted.count)
    }
    for level in [-1] + (matched + mismatched).sorted() {
      let good = matchedShare * shareAbove(level, matched)
      let bad = (1 - matchedShare) * shareAbove(level, mismatched)
      if good > 0, good / (good + bad) >= target { return level }
    }
    throw .configuration(
      stage: PurifyStage.name, key: "target-precision",
      problem: "no threshold reaches an estimated precision of \(target)")
  }
}
