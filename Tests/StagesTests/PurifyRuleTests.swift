import Foundation
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

  private func rule(_ change: (inout PurifyConfiguration) -> Void) throws -> PurifyRule {
    var configuration = PurifyConfiguration()
    change(&configuration)
    let calibration = Calibration(
      model: "m", matched: Self.heap(around: 0.65, 60), mismatched: Self.heap(around: 0.35, 60),
      devMatched: Self.heap(around: 0.65, 200), devMismatched: Self.heap(around: 0.35, 200))
    return try PurifyRule(configuration, calibration, similarities: matched + mismatched)
  }

  private func precision(_ rule: PurifyRule) -> Double {
    let good = matched.count(where: rule.keeps)
    return Double(good) / Double(good + mismatched.count(where: rule.keeps))
  }

  @Test func theMixtureFindsTheShareAndKeepsMostMatches() throws {
    let rule = try rule { _ in }
    #expect(abs(rule.mixture.matchedShare - 1.0 / 3) < 0.05)
    #expect(precision(rule) > 0.85)
    #expect(matched.count(where: rule.keeps) > 300)
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
    #expect(all.suffix(300).allSatisfy(rule.keeps))
    #expect(!all.prefix(900).contains(where: rule.keeps))
  }

  @Test func thresholdsAreExclusive() throws {
    let rule = try rule { $0.threshold = 0.5 }
    #expect(!rule.keeps(0.5) && rule.keeps(0.5000001))
  }

  @Test func anUnreachablePrecisionIsSaid() {
    let error = #expect(throws: StagesError.self) {
      let flat = Calibration(
        model: "m", matched: [0.2, 0.3], mismatched: [0.8, 0.9], devMatched: [],
        devMismatched: [])
      var configuration = PurifyConfiguration()
      configuration.targetPrecision = 0.99
      _ = try PurifyRule(configuration, flat, similarities: [0.5, 0.6])
    }
    #expect(
      error?.description
        == "purify: target-precision: no threshold reaches an estimated precision of 0.99")
  }
}
