import Foundation

/// A mixture of two beta distributions over similarities: mismatched and matched pairs.
///
/// As published (MSCN, section 3.4): initialised from labelled pairs by the method of moments with
/// equal shares, then refined by at most ten rounds of expectation and maximisation (weighted
/// moments) on the harvested similarities. Guards that the published code lacks: the components
/// never swap, a component that collapses falls back to the labelled pairs' mixture, one that
/// drifts away from them or describes a tail of matches keeps its labelled shape, and the posterior
/// never falls as the similarity rises.
public struct BetaMixture: Sendable, Equatable, Codable {
  /// The component of pairs that do not match.
  public let mismatched: BetaDistribution
  /// The component of pairs that match.
  public let matched: BetaDistribution
  /// The share of matched pairs, in (0, 1).
  public let matchedShare: Double
  /// How the mixture came about.
  public let origin: Origin

  /// How far the fit to the harvested similarities went.
  public enum Origin: String, Sendable, Codable {
    /// Both components and the shares were refined.
    case refined
    /// Only the shares: a refined component left its place among the labelled pairs, or called
    /// trusted pairs mismatches.
    case sharesRefined = "shares_refined"
    /// Nothing: there was too little to fit, or a component collapsed.
    case labelled
  }

  enum CodingKeys: String, CodingKey {
    case mismatched
    case matched
    case matchedShare = "matched_share"
    case origin
  }

  /// Similarities are kept inside this range, where all densities are finite.
  public static let range = 0.001...0.999

  /// The most rounds of refinement.
  static let rounds = 10
  /// Refinement stops when the log-likelihood gains less than this.
  static let leastGain = 1e-2
  /// A component with a smaller share has collapsed.
  static let leastShare = 1e-3

  /// A mixture of given parts.
  public init(
    mismatched: BetaDistribution, matched: BetaDistribution, matchedShare: Double, origin: Origin
  ) {
    self.mismatched = mismatched
    self.matched = matched
    self.matchedShare = matchedShare
    self.origin = origin
  }

  /// The mixture of labelled pairs, with equal shares.
  ///
  /// Where one kind has no spread, or the mismatches score no lower than the matches, the
  /// components are placed around the two means so that the higher similarity always means the
  /// cleaner pair.
  public init(mismatched: [Double], matched: [Double]) {
    let low = mismatched.map(Self.clamp)
    let high = matched.map(Self.clamp)
    let fallbackLow = BetaDistribution(alpha: 2, beta: 5)
    let fallbackHigh = BetaDistribution(alpha: 5, beta: 2)
    let lowFit = BetaDistribution(fitting: low, weights: low.map { _ in 1 })
    let highFit = BetaDistribution(fitting: high, weights: high.map { _ in 1 })
    if let lowFit, let highFit, lowFit.mean < highFit.mean {
      self.init(mismatched: lowFit, matched: highFit, matchedShare: 0.5, origin: .labelled)
    } else {
      self.init(
        mismatched: fallbackLow, matched: fallbackHigh, matchedShare: 0.5, origin: .labelled)
    }
  }

  /// This mixture, refined on unlabelled similarities.
  /// - Parameter trusted: similarities of pairs that are known to match.
  public func refined(on similarities: [Double], trusted: [Double]) -> BetaMixture {
    let values = similarities.filter(\.isFinite).map(Self.clamp)
    guard values.count >= 2 else { return self }
    if let both = refined(on: values, movingComponents: true), keepsItsPlaces(both),
      !takesATailForMismatches(both, trusted)
    {
      return both
    }
    return refined(on: values, movingComponents: false) ?? self
  }

  /// Matches have a tail of low similarities that no beta distribution follows. Where there are few
  /// mismatches or none, it is what the mismatched component comes to describe. Then it claims
  /// trusted pairs as well; mismatches, which the trusted pairs have none of, would not: whether it
  /// claims more than half as large a share of them tells the two apart. The networks learned the
  /// trusted pairs, whose tail is thinner for that, so a quarter is enough where the component has
  /// left the labelled mismatches: those were drawn as harvested ones come about, and only what was
  /// learned by heart scores otherwise.
  private func takesATailForMismatches(_ candidate: BetaMixture, _ trusted: [Double]) -> Bool {
    guard !trusted.isEmpty else { return false }
    let probability = CleanProbability(candidate)
    let claimed = trusted.reduce(0) { $0 + 1 - probability($1) } / Double(trusted.count)
    let hasLeft = candidate.mismatched.mean > mismatched.mean + (matched.mean - mismatched.mean) / 4
    return claimed > (1 - candidate.matchedShare) / (hasLeft ? 4 : 2)
  }

  /// Each component must stay on its own side of the middle between the labelled means: one that
  /// crosses it describes a part of the other kind, not its own.
  private func keepsItsPlaces(_ candidate: BetaMixture) -> Bool {
    let middle = (mismatched.mean + matched.mean) / 2
    return candidate.mismatched.mean < middle && candidate.matched.mean > middle
  }

  private func refined(on values: [Double], movingComponents: Bool) -> BetaMixture? {
    var current = self
    var likelihood = -Double.infinity
    for _ in 0..<Self.rounds {
      let (shares, newLikelihood) = current.responsibilities(of: values)
      guard newLikelihood.isFinite else { return nil }
      if newLikelihood - likelihood < Self.leastGain { break }
      likelihood = newLikelihood
      let share = shares.reduce(0, +) / Double(values.count)
      if movingComponents {
        guard share > Self.leastShare, share < 1 - Self.leastShare,
          let matched = BetaDistribution(fitting: values, weights: shares),
          let mismatched = BetaDistribution(fitting: values, weights: shares.map { 1 - $0 }),
          mismatched.mean < matched.mean
        else { return nil }
        current = BetaMixture(
          mismatched: mismatched, matched: matched, matchedShare: share, origin: .refined)
      } else {
        current = BetaMixture(
          mismatched: mismatched, matched: matched,
          matchedShare: min(max(share, Self.leastShare), 1 - Self.leastShare),
          origin: .sharesRefined)
      }
    }
    return current
  }

  /// The posterior of the matched component for each value, and the log-likelihood of all.
  private func responsibilities(of values: [Double]) -> (shares: [Double], likelihood: Double) {
    var likelihood = 0.0
    let high = WeightedLogDensity(matched, share: matchedShare)
    let low = WeightedLogDensity(mismatched, share: 1 - matchedShare)
    let shares = values.map { value -> Double in
      let logValue = log(value)
      let logRest = log(1 - value)
      let highDensity = high(logValue, logRest)
      let lowDensity = low(logValue, logRest)
      let larger = max(highDensity, lowDensity)
      let total = exp(highDensity - larger) + exp(lowDensity - larger)
      likelihood += larger + log(total)
      return exp(highDensity - larger) / total
    }
    return (shares, likelihood)
  }

  /// The posterior of the matched component, before it is made monotone.
  func posterior(at similarity: Double) -> Double {
    let value = Self.clamp(similarity)
    let high = matched.logDensity(at: value) + log(matchedShare)
    let low = mismatched.logDensity(at: value) + log(1 - matchedShare)
    let larger = max(high, low)
    return exp(high - larger) / (exp(high - larger) + exp(low - larger))
  }

  static func clamp(_ value: Double) -> Double {
    min(max(value, range.lowerBound), range.upperBound)
  }
}

/// log(share · density), its constant worked out once.
private struct WeightedLogDensity {
  let distribution: BetaDistribution
  let constant: Double

  init(_ distribution: BetaDistribution, share: Double) {
    self.distribution = distribution
    constant = distribution.logNormalizer + log(share)
  }

  func callAsFunction(_ logValue: Double, _ logRest: Double) -> Double {
    (distribution.alpha - 1) * logValue + (distribution.beta - 1) * logRest + constant
  }
}
