import Foundation

/// A beta distribution on (0, 1).
public struct BetaDistribution: Sendable, Equatable, Codable {
  /// α, positive.
  public let alpha: Double
  /// β, positive.
  public let beta: Double

  /// - Parameters: both positive and finite.
  public init(alpha: Double, beta: Double) {
    self.alpha = alpha
    self.beta = beta
  }

  /// The distribution with the moments of weighted values, by the method of moments; nil where
  /// there is too little weight or no spread to speak of.
  ///
  /// α = μ (μ (1 − μ) / σ² − 1), β = α (1 − μ) / μ.
  public init?(fitting values: [Double], weights: [Double]) {
    precondition(values.count == weights.count, "one weight a value")
    var total = 0.0
    var mean = 0.0
    for (value, weight) in zip(values, weights) {
      total += weight
      mean += weight * value
    }
    guard total > 1e-6 else { return nil }
    mean /= total
    var variance = 0.0
    for (value, weight) in zip(values, weights) {
      variance += weight * (value - mean) * (value - mean)
    }
    variance /= total
    guard variance > 1e-8, mean > 0, mean < 1 else { return nil }
    let concentration = mean * (1 - mean) / variance - 1
    guard concentration > 0, concentration.isFinite else { return nil }
    self.init(alpha: mean * concentration, beta: (1 - mean) * concentration)
  }

  /// α / (α + β).
  public var mean: Double { alpha / (alpha + beta) }

  /// The logarithm of the density at `value` in (0, 1).
  public func logDensity(at value: Double) -> Double {
    (alpha - 1) * log(value) + (beta - 1) * log(1 - value) + logNormalizer
  }

  /// log Γ(α + β) − log Γ(α) − log Γ(β).
  var logNormalizer: Double { lgamma(alpha + beta) - lgamma(alpha) - lgamma(beta) }
}
