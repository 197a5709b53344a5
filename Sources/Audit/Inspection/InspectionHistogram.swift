import Pairs

/// Which similarity of a pair is meant.
public enum InspectionMeasure: String, CaseIterable, Codable, Sendable {
  /// The mean of both networks', or the only one's.
  case mean
  /// Network A's.
  case networkA = "a"
  /// Network B's.
  case networkB = "b"

  /// How the index numbers it.
  var number: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// How the similarities of pairs spread.
public struct InspectionHistogram: Sendable, Equatable, Codable {
  /// The pairs of one stretch of similarities.
  public struct Bar: Sendable, Equatable, Codable {
    /// The least similarity, which belongs to the bar.
    public let lower: Double
    /// Where the next bar begins; the last bar holds it as well.
    public let upper: Double
    /// How many pairs there are by where they stand after reviews.
    public internal(set) var final: [PairStatus: Int]
    /// How many there are by the model's decision.
    public internal(set) var model: [PairStatus: Int]

    /// All of its pairs.
    public var pairs: Int { model.values.reduce(0, +) }

    enum CodingKeys: String, CodingKey {
      case lower = "lower"
      case upper = "upper"
      case final = "final"
      case model = "model"
    }

    /// Writes counts as objects with the statuses as keys; what is zero is left out.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(lower, forKey: .lower)
      try container.encode(upper, forKey: .upper)
      try container.encode(Self.named(final), forKey: .final)
      try container.encode(Self.named(model), forKey: .model)
    }

    /// Reads what `encode` writes.
    public init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      lower = try container.decode(Double.self, forKey: .lower)
      upper = try container.decode(Double.self, forKey: .upper)
      func counts(_ key: CodingKeys) throws -> [PairStatus: Int] {
        let named = try container.decode([String: Int].self, forKey: key)
        return try Dictionary(
          uniqueKeysWithValues: named.map { name, count in
            (try closed(name, column: key.rawValue), count)
          })
      }
      final = try counts(.final)
      model = try counts(.model)
    }

    init(lower: Double, upper: Double) {
      self.lower = lower
      self.upper = upper
      final = [:]
      model = [:]
    }

    private static func named(_ counts: [PairStatus: Int]) -> [String: Int] {
      Dictionary(
        uniqueKeysWithValues: counts.filter { $0.value > 0 }.map { ($0.key.rawValue, $0.value) })
    }
  }

  /// The bars from 0 to 1, all as wide.
  public internal(set) var bars: [Bar]
  /// How many of the pairs that were asked for have no similarity.
  public internal(set) var unscored: Int

  enum CodingKeys: String, CodingKey {
    case bars = "bars"
    case unscored = "unscored"
  }

  /// How finely pairs are counted: each number of bars that divides this one can be had.
  public static let finestBars = 1_000

  /// The finest bar that a similarity falls into. It never falls as the similarity rises, which
  /// sums of whole bars rely on.
  static func finestBar(of similarity: Double) -> Int {
    guard similarity > 0 else { return 0 }
    return min(Int(min(similarity, 1) * Double(finestBars)), finestBars - 1)
  }

  /// Empty bars.
  init(bars count: Int) {
    bars = (0..<count).map {
      Bar(lower: Double($0) / Double(count), upper: Double($0 + 1) / Double(count))
    }
    unscored = 0
  }
}
