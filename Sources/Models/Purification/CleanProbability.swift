/// The posterior of a mixture's matched component as a function of the similarity that never falls.
///
/// Beta posteriors turn over at the tails: far below the mismatched mean, the wider component wins
/// again. So the posterior is tabulated, and from the mismatched mean it only rises to the right
/// and only falls to the left.
public struct CleanProbability: Sendable {
  private let table: [Double]
  private static let points = 4096

  /// O(points) to prepare; O(1) to ask.
  public init(_ mixture: BetaMixture) {
    let range = BetaMixture.range
    let step = (range.upperBound - range.lowerBound) / Double(Self.points - 1)
    var table = (0..<Self.points).map {
      mixture.posterior(at: range.lowerBound + Double($0) * step)
    }
    let anchor = min(
      max(Int((mixture.mismatched.mean - range.lowerBound) / step), 0), Self.points - 1)
    for index in stride(from: anchor + 1, to: Self.points, by: 1) {
      table[index] = max(table[index], table[index - 1])
    }
    for index in stride(from: anchor - 1, through: 0, by: -1) {
      table[index] = min(table[index], table[index + 1])
    }
    self.table = table
  }

  /// The probability in [0, 1] that a pair of this similarity matches; 0 for what is no number.
  public func callAsFunction(_ similarity: Double) -> Double {
    guard !similarity.isNaN else { return 0 }
    let range = BetaMixture.range
    let place =
      (BetaMixture.clamp(similarity) - range.lowerBound)
      / (range.upperBound - range.lowerBound) * Double(Self.points - 1)
    let index = min(Int(place), Self.points - 2)
    let fraction = place - Double(index)
    return table[index] + (table[index + 1] - table[index]) * fraction
  }

  /// The least similarity whose probability exceeds `level`; nil when none does.
  public func leastSimilarity(above level: Double) -> Double? {
    guard let index = table.firstIndex(where: { $0 > level }) else { return nil }
    let range = BetaMixture.range
    let step = (range.upperBound - range.lowerBound) / Double(Self.points - 1)
    guard index > 0 else { return range.lowerBound }
    let before = table[index - 1]
    let fraction = (level - before) / (table[index] - before)
    return range.lowerBound + (Double(index - 1) + fraction) * step
  }
}
