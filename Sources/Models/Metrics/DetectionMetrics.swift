/// How well scores and decisions tell matched from mismatched pairs, given the truth.
public struct DetectionMetrics: Sendable, Codable, Equatable {
  /// The chance that a matched pair scores above a mismatched one; ties count half. Failed pairs
  /// are left out.
  public let areaUnderROC: Double?
  /// Average precision for finding the matched pairs.
  public let averagePrecision: Double?
  /// Of the kept pairs, the share that matches.
  public let keptPrecision: Double?
  /// Of the matched pairs, the share that is kept.
  public let keptRecall: Double?
  /// Of the mismatched pairs, the share that is not kept.
  public let noiseFound: Double?
  /// Of all pairs, the share that is kept.
  public let keptShare: Double
  /// Number of pairs judged.
  public let pairs: Int
  /// Number of them that have no score.
  public let unscored: Int

  enum CodingKeys: String, CodingKey {
    case areaUnderROC = "auroc"
    case averagePrecision = "average_precision"
    case keptPrecision = "kept_precision"
    case keptRecall = "kept_recall"
    case noiseFound = "noise_found"
    case keptShare = "kept_share"
    case pairs
    case unscored
  }

  /// One judged pair.
  public struct Judgement: Sendable {
    /// The similarity; nil for a pair that failed before it was scored.
    public let similarity: Float?
    /// The decision.
    public let isKept: Bool
    /// The truth.
    public let isMatched: Bool

    /// A judgement of its parts.
    public init(similarity: Float?, isKept: Bool, isMatched: Bool) {
      self.similarity = similarity
      self.isKept = isKept
      self.isMatched = isMatched
    }
  }

  /// O(n log n).
  public init(_ judgements: [Judgement]) {
    pairs = judgements.count
    unscored = judgements.count { $0.similarity == nil }
    let kept = judgements.count { $0.isKept }
    let matched = judgements.count { $0.isMatched }
    let keptMatched = judgements.count { $0.isKept && $0.isMatched }
    func share(_ part: Int, of whole: Int) -> Double? {
      whole > 0 ? Double(part) / Double(whole) : nil
    }
    keptPrecision = share(keptMatched, of: kept)
    keptRecall = share(keptMatched, of: matched)
    let mismatched = pairs - matched
    noiseFound = share(mismatched - (kept - keptMatched), of: mismatched)
    keptShare = share(kept, of: pairs) ?? 0

    let scored = judgements.compactMap { judgement in
      judgement.similarity.map { (similarity: $0, isMatched: judgement.isMatched) }
    }.sorted { $0.similarity < $1.similarity }
    areaUnderROC = Self.areaUnderROC(ascending: scored)
    averagePrecision = Self.averagePrecision(ascending: scored)
  }

  private static func areaUnderROC(
    ascending scored: [(similarity: Float, isMatched: Bool)]
  ) -> Double? {
    let positives = scored.count { $0.isMatched }
    let negatives = scored.count - positives
    guard positives > 0, negatives > 0 else { return nil }
    var won = 0.0
    var negativesBelow = 0
    var index = 0
    while index < scored.count {
      var end = index
      var tiedPositives = 0
      while end < scored.count, scored[end].similarity == scored[index].similarity {
        if scored[end].isMatched { tiedPositives += 1 }
        end += 1
      }
      let tiedNegatives = end - index - tiedPositives
      won += Double(tiedPositives) * (Double(negativesBelow) + Double(tiedNegatives) / 2)
      negativesBelow += tiedNegatives
      index = end
    }
    return won / Double(positives) / Double(negatives)
  }

  /// Σ (R_k − R_{k−1}) P_k over distinct scores from the highest down, as scikit-learn computes it.
  private static func averagePrecision(
    ascending scored: [(similarity: Float, isMatched: Bool)]
  ) -> Double? {
    let positives = scored.count { $0.isMatched }
    guard positives > 0 else { return nil }
    var sum = 0.0
    var found = 0
    var seen = 0
    var index = scored.count - 1
    while index >= 0 {
      var start = index
      var tiedPositives = 0
      while start >= 0, scored[start].similarity == scored[index].similarity {
        if scored[start].isMatched { tiedPositives += 1 }
        start -= 1
      }
      seen += index - start
      found += tiedPositives
      sum += Double(tiedPositives) * Double(found) / Double(seen)
      index = start
    }
    return sum / Double(positives)
  }
}
