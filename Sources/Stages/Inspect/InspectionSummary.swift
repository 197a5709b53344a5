import Audit
import Foundation
import Models
import Pairs

/// Where the pairs of a workspace stand, and how their similarities led there.
public struct InspectionSummary: Sendable, Encodable {
  /// A histogram with what was fitted to it.
  public struct Chart: Sendable, Encodable {
    /// Whose similarities.
    public let measure: InspectionMeasure
    /// How many harvested pairs there are by similarity.
    public let histogram: InspectionHistogram
    /// The mixture that the rule was fitted to these similarities; nil where there is none.
    public let mixture: DecisionMixture?
    /// The similarity that had to be exceeded: by the pair, or for the network's own clean
    /// probability to exceed the threshold; nil where there is none.
    public let threshold: Double?

    enum CodingKeys: String, CodingKey {
      case measure = "measure"
      case histogram = "histogram"
      case mixture = "mixture"
      case threshold = "threshold"
    }
  }

  /// How many pairs there are of each role, stage, status, reason and so on.
  public let counts: [InspectionCount]
  /// The model whose scores are shown.
  public let model: String?
  /// The rule's name.
  public let rule: String?
  /// What a pair has to exceed: a clean probability or a similarity, as the rule says.
  public let threshold: Double?
  /// One histogram for each mixture of the rule, or one of the mean similarity; none without scores.
  public let charts: [Chart]

  enum CodingKeys: String, CodingKey {
    case counts = "counts"
    case model = "model"
    case rule = "rule"
    case threshold = "threshold"
    case charts = "charts"
  }

  /// Reads where the pairs stand.
  ///
  /// - Parameter bars: How many bars a histogram has.
  public init(of index: InspectionIndex, _ audit: AuditDatabase, bars: Int = 20) throws {
    counts = try index.counts()
    model = try audit.publishedModel()?.name
    let rule = try audit.publishedRule()?.rule
    self.rule = rule?.name
    threshold = rule?.threshold
    let mean = try index.histogram(bars: bars)
    guard mean.bars.contains(where: { $0.pairs > 0 }) else {
      charts = []
      return
    }
    let mixtures = rule?.mixtures ?? []
    guard let rule, rule.name == "consensus", !mixtures.isEmpty else {
      charts = [Self.chart(.mean, mean, mixtures.first, rule)]
      return
    }
    let networks: [(InspectionMeasure, InspectionHistogram)] = [
      (.networkA, try index.histogram(bars: bars, of: .networkA)),
      (.networkB, try index.histogram(bars: bars, of: .networkB)),
    ]
    if mixtures.count == 2 {
      charts = zip(networks, mixtures).map { Self.chart($0.0, $0.1, $1, rule) }
    } else {
      // One network alone had a say. The rule does not say which: the one that its mixture fits.
      let fits = networks.map { Self.logLikelihood(of: mixtures[0], $0.1) }
      let judge = fits[1] > fits[0] ? networks[1] : networks[0]
      charts = [Self.chart(judge.0, judge.1, mixtures[0], rule)]
    }
  }

  private static func chart(
    _ measure: InspectionMeasure, _ histogram: InspectionHistogram, _ mixture: DecisionMixture?,
    _ rule: DecisionRule?
  ) -> Chart {
    var threshold: Double?
    if let rule {
      threshold =
        rule.comparesProbability
        ? mixture.flatMap {
          CleanProbability($0.fitted).leastSimilarity(above: rule.threshold)
        } : rule.threshold
    }
    return Chart(measure: measure, histogram: histogram, mixture: mixture, threshold: threshold)
  }

  private static func logLikelihood(
    of mixture: DecisionMixture, _ histogram: InspectionHistogram
  ) -> Double {
    histogram.bars.reduce(0) { sum, bar in
      guard bar.pairs > 0 else { return sum }
      let middle = (bar.lower + bar.upper) / 2
      let density =
        (1 - mixture.matchedShare) * mixture.mismatched.density(at: middle)
        + mixture.matchedShare * mixture.matched.density(at: middle)
      return sum + Double(bar.pairs) * log(max(density, 1e-300))
    }
  }
}

extension DecisionMixture {
  /// As the rule had it.
  fileprivate var fitted: BetaMixture {
    BetaMixture(
      mismatched: BetaDistribution(alpha: mismatched.alpha, beta: mismatched.beta),
      matched: BetaDistribution(alpha: matched.alpha, beta: matched.beta),
      matchedShare: matchedShare,
      origin: BetaMixture.Origin(rawValue: origin) ?? .labelled)
  }
}
