/// How many kept and rejected pairs fall into each tenth (or finer part) of the similarities.
public struct SimilarityHistogram: Codable, Sendable, Equatable {
  /// Kept pairs in each bin of [0, 1].
  public private(set) var kept: [Int]
  /// Rejected pairs in each bin of [0, 1].
  public private(set) var rejected: [Int]

  /// Empty bins.
  public init(bins: Int = 20) {
    kept = Array(repeating: 0, count: bins)
    rejected = kept
  }

  /// Counts one pair.
  public mutating func add(_ similarity: Double, isKept: Bool) {
    let bin = min(max(Int(similarity * Double(kept.count)), 0), kept.count - 1)
    if isKept { kept[bin] += 1 } else { rejected[bin] += 1 }
  }

  /// A line a bin, from the first that has pairs to the last: `0.45  ░░░░████ 40/12` for 40 rejected
  /// and 12 kept pairs.
  public var text: String {
    let largest = zip(kept, rejected).map(+).max() ?? 0
    let filled = kept.indices.filter { kept[$0] + rejected[$0] > 0 }
    guard let first = filled.first, let last = filled.last else { return "no pair has a decision" }
    let width = 48
    return (first...last).map { bin in
      let low = Double(bin) / Double(kept.count)
      let rejectedBar = bar(rejected[bin], of: largest, width)
      let keptBar = bar(kept[bin], of: largest, width)
      let label = String(Int((low * 100).rounded()))
      let padded = "0." + String(repeating: "0", count: max(0, 2 - label.count)) + label
      return "\(padded)  " + String(repeating: "░", count: rejectedBar)
        + String(repeating: "█", count: keptBar)
        + (kept[bin] + rejected[bin] > 0 ? " \(rejected[bin])/\(kept[bin])" : "")
    }.joined(separator: "\n") + "\n      ░ rejected  █ kept"
  }

  /// At least one cell for a pair that is there.
  private func bar(_ count: Int, of largest: Int, _ width: Int) -> Int {
    count > 0 ? max(1, count * width / largest) : 0
  }
}
