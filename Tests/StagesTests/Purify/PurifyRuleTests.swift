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

  private static func level(_ fraction: Double, _ similarities: [Double]) -> Double {
    PurifyRule.level(forFraction: fraction, count: similarities.count) { body in
      similarities.forEach(body)
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
    return try PurifyRule(configuration, calibration, scores: Self.both(all))
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
    #expect(mean.decision(on: split).detail == nil)
  }

  @Test func whereNearlyAllPairsMatchWhatTheyDisagreeOnDoes() throws {
    let calibration = Calibration(
      model: "m", matched: Self.both(Self.heap(around: 0.65, 60)),
      mismatched: Self.both(Self.heap(around: 0.35, 60)),
      devMatched: Self.both([]), devMismatched: Self.both([]))
    let split = PairScore(pairID: 7, similarityA: 0.8, similarityB: 0.2)
    func rule(mismatches: Int, _ threshold: Double? = nil) throws -> PurifyRule {
      try PurifyRule(
        PurifyConfiguration(cleanThreshold: threshold), calibration,
        scores: Self.both(
          Self.heap(around: 0.65, 2000) + Self.heap(around: 0.35, mismatches)))
    }
    let clean = try rule(mismatches: 20)
    #expect(clean.mixtures.allSatisfy { $0.matchedShare > PurifyRule.nearlyAll })
    #expect(clean.level == 0.4 && clean.decision(on: split).isKept)
    // What both call a mismatch is one all the same.
    #expect(!keeps(clean, 0.2))
    let noisy = try rule(mismatches: 400)
    #expect(noisy.level == 0.6 && noisy.decision(on: split).reason == .uncertain)
    // A level that was asked for holds.
    let asked = try rule(mismatches: 20, 0.6)
    #expect(asked.decision(on: split).reason == .uncertain)
  }

  @Test func theLevelEndsWhatIsKeptAndWhatIsUncertain() throws {
    let rule = try rule { $0.cleanThreshold = 0.7 }
    for index in 0...100 {
      let similarity = Double(index) / 100
      let decision = rule.decision(
        on: PairScore(pairID: 1, similarityA: similarity, similarityB: 0.5))
      let probability = try #require(decision.cleanProbability)
      let expected: PairReason =
        probability > 0.7 ? .matched : probability >= 1 - 0.7 ? .uncertain : .mismatch
      #expect(decision.reason == expected && decision.isKept == (expected == .matched))
    }
  }

  @Test func aNetworkThatCannotTellHasNoSay() throws {
    let good = Self.both(matched).a + Self.both(mismatched).a
    let flat = good.map { _ in 0.5 }
    let calibration = Calibration(
      model: "m",
      matched: NetworkSimilarities(
        a: Self.heap(around: 0.65, 60), b: Self.heap(around: 0.35, 60)),
      mismatched: NetworkSimilarities(
        a: Self.heap(around: 0.35, 60), b: Self.heap(around: 0.65, 60)),
      devMatched: Self.both([]), devMismatched: Self.both([]))
    let rule = try PurifyRule(
      PurifyConfiguration(), calibration, scores: NetworkSimilarities(a: good, b: flat))
    #expect(rule.mixtures.count == 1)
    #expect(rule.decision(on: PairScore(pairID: 1, similarityA: 0.8, similarityB: 0)).isKept)
  }

  @Test func pairsThatTieAtTheCutStayTogether() {
    let tied = [0.9, 0.5, 0.5, 0.5, 0.1]
    func kept(_ fraction: Double) -> Int {
      let level = Self.level(fraction, tied)
      return tied.count { $0 > level }
    }
    #expect([0, 0.2, 0.4, 0.6, 0.8, 1].map(kept) == [0, 1, 1, 4, 4, 5])
    let same = [Double](repeating: 0.5, count: 10)
    #expect(same.count { $0 > Self.level(0.5, same) } == 10)
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
      _ = try PurifyRule(configuration, flat, scores: Self.both([0.5, 0.6]))
    }
    #expect(
      error?.description
        == "purify: target-precision: no threshold reaches an estimated precision of 0.99")
  }
}

extension PurifyRule {
  /// A rule fitted to all scores.
  fileprivate init(
    _ configuration: PurifyConfiguration, _ calibration: Calibration, scores: NetworkSimilarities
  ) throws {
    let all = AllScores(count: scores.a.count) { body in
      for (pair, (a, b)) in zip(scores.a, scores.b).enumerated() {
        try body(PairScore(pairID: Int64(pair + 1), similarityA: a, similarityB: b))
      }
    }
    try self.init(configuration, calibration, scores: scores, all: all)
  }
}
