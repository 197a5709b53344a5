import Audit
import Foundation
import Pairs
import Testing

@testable import Stages

/// Rules on two overlapping heaps of similarities, a third of them matched.
@Suite struct PurifyRuleTests {
  /// A triangle of values within 0.25 of a mean, spread evenly by two irrational steps.
  private static func heap(around mean: Double, _ count: Int) -> [Double] {
    (0..<count).map { index in
      let first = (Double(index) * 0.618_033_988_7).truncatingRemainder(dividingBy: 1)
      let second = (Double(index) * 0.754_877_666_2).truncatingRemainder(dividingBy: 1)
      return mean + 0.25 * (first + second - 1)
    }
  }

  private let matched = heap(around: 0.65, 400)
  private let mismatched = heap(around: 0.35, 800)

  private static func both(_ values: [Double]) -> NetworkSimilarities {
    NetworkSimilarities(a: values, b: values)
  }

  private static func scores(_ a: [Double], _ b: [Double]) -> [PairScore] {
    zip(a, b).enumerated().map {
      PairScore(pairID: Int64($0 + 1), similarityA: $1.0, similarityB: $1.1)
    }
  }

  private func keeps(_ rule: PurifyRule, _ similarity: Double) -> Bool {
    rule.decision(
      on: PairScore(pairID: 1, similarityA: similarity, similarityB: similarity)
    ).isKept
  }

  private func rule(_ change: (inout PurifyConfiguration) -> Void) throws -> PurifyRule {
    var configuration = PurifyConfiguration()
    change(&configuration)
    let calibration = Calibration(
      model: "m", matched: Self.both(Self.heap(around: 0.65, 60)),
      mismatched: Self.both(Self.heap(around: 0.35, 60)),
      devMatched: Self.both(Self.heap(around: 0.65, 200)),
      devMismatched: Self.both(Self.heap(around: 0.35, 200)))
    let all = matched + mismatched
    return try PurifyRule(configuration, calibration, scores: Self.scores(all, all))
  }

  private func precision(_ rule: PurifyRule) -> Double {
    let good = matched.count { keeps(rule, $0) }
    return Double(good) / Double(good + mismatched.count { keeps(rule, $0) })
  }

  @Test func theMixtureFindsTheShareAndKeepsMostMatches() throws {
    let rule = try rule { _ in }
    for mixture in rule.mixtures { #expect(abs(mixture.matchedShare - 1.0 / 3) < 0.05) }
    #expect(precision(rule) > 0.85)
    #expect(matched.count { keeps(rule, $0) } > 300)
  }

  @Test func whatTheNetworksDisagreeOnIsUncertain() throws {
    let consensus = try rule { _ in }
    let split = PairScore(pairID: 7, similarityA: 0.8, similarityB: 0.2)
    let decision = consensus.decision(on: split)
    #expect(consensus.name == "consensus" && consensus.mixtures.count == 2)
    #expect(!decision.isKept && decision.reason == .uncertain)
    let probability = try #require(decision.cleanProbability)
    #expect(abs(probability - 0.5) < 0.02, "\(probability)")
    #expect(decision.detail?.hasPrefix("clean probability ") == true)
    let mean = try rule { $0.consensus = false }
    #expect(mean.name == "beta-mixture" && mean.mixtures.count == 1)
    #expect([PairReason.matched, .mismatch].contains(mean.decision(on: split).reason))
  }

  @Test(arguments: [0.6, 0.8, 0.95])
  func theTargetIsReachedAndNotFarExceeded(target: Double) throws {
    let reached = precision(try rule { $0.targetPrecision = target })
    #expect(reached > target - 0.05, "\(reached)")
    #expect(reached < target + 0.1, "\(reached)")
  }

  @Test func aFractionKeepsTheMostSimilar() throws {
    let rule = try rule { $0.keepFraction = 0.25 }
    let all = (matched + mismatched).sorted()
    #expect(all.suffix(300).allSatisfy { keeps(rule, $0) })
    #expect(!all.prefix(900).contains { keeps(rule, $0) })
  }

  @Test func thresholdsAreExclusive() throws {
    let rule = try rule { $0.threshold = 0.5 }
    #expect(!keeps(rule, 0.5) && keeps(rule, 0.5000001))
  }

  @Test func anUnreachablePrecisionIsSaid() {
    let error = #expect(throws: StagesError.self) {
      let flat = Calibration(
        model: "m", matched: Self.both([0.2, 0.3]), mismatched: Self.both([0.8, 0.9]),
        devMatched: Self.both([]), devMismatched: Self.both([]))
      var configuration = PurifyConfiguration()
      configuration.targetPrecision = 0.99
      _ = try PurifyRule(configuration, flat, scores: Self.scores([0.5, 0.6], [0.5, 0.6]))
    }
    #expect(
      error?.description
        == "purify: target-precision: no threshold reaches an estimated precision of 0.99")
  }
}
