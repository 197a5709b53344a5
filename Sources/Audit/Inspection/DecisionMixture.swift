import Foundation

/// One mixture of two beta distributions that a decision rule was fitted to, as the rule's stored
/// parameters hold it.
public struct DecisionMixture: Sendable, Equatable, Codable {
  /// A beta distribution on (0, 1).
  public struct Component: Sendable, Equatable, Codable {
    /// α, positive.
    public let alpha: Double
    /// β, positive.
    public let beta: Double

    enum CodingKeys: String, CodingKey {
      case alpha = "alpha"
      case beta = "beta"
    }

    /// A distribution of its parameters.
    public init(alpha: Double, beta: Double) {
      self.alpha = alpha
      self.beta = beta
    }

    /// α / (α + β).
    public var mean: Double { alpha / (alpha + beta) }

    /// The density at a similarity, which is kept off 0 and 1, where it may be infinite.
    public func density(at similarity: Double) -> Double {
      let value = min(max(similarity, 0.001), 0.999)
      let normalizer = lgamma(alpha + beta) - lgamma(alpha) - lgamma(beta)
      let exponent = (alpha - 1) * log(value) + (beta - 1) * log(1 - value)
      return exp(exponent + normalizer)
    }
  }

  /// The component of pairs that do not match.
  public let mismatched: Component
  /// The component of pairs that match.
  public let matched: Component
  /// The share of matched pairs, in (0, 1).
  public let matchedShare: Double
  /// How the mixture came about: `refined`, `shares_refined` or `labelled`.
  public let origin: String

  enum CodingKeys: String, CodingKey {
    case mismatched = "mismatched"
    case matched = "matched"
    case matchedShare = "matched_share"
    case origin = "origin"
  }

  /// A mixture of its parts.
  public init(mismatched: Component, matched: Component, matchedShare: Double, origin: String) {
    self.mismatched = mismatched
    self.matched = matched
    self.matchedShare = matchedShare
    self.origin = origin
  }
}

extension DecisionRule {
  /// The mixtures behind the rule: two for the consensus, of network A and of network B, or one where
  /// only one of them has a say; otherwise one, of the mean similarity. Empty for parameters that
  /// hold none.
  public var mixtures: [DecisionMixture] {
    struct Parameters: Decodable { let mixtures: [DecisionMixture] }
    let parameters = try? JSONDecoder().decode(Parameters.self, from: Data(self.parameters.utf8))
    return parameters?.mixtures ?? []
  }

  /// Whether a pair's clean probability is what has to exceed the threshold; otherwise its similarity
  /// is.
  public var comparesProbability: Bool { name == "consensus" || name == "beta-mixture" }
}
