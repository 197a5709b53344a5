import Audit
import Pairs

/// A histogram of similarities in plain text, with what the mixture's components expect of each bar.
struct MixtureChart {
  let chart: InspectionSummary.Chart
  let width: Int

  /// `0.45` and two spaces.
  private static let labelWidth = 6
  /// Of a column of numbers, the space before it included.
  private static let numberWidth = 11

  /// A line a bar, from the first that has pairs to the last, under a line that names the columns.
  var lines: [String] {
    let bars = chart.histogram.bars
    let filled = bars.indices.filter { bars[$0].pairs > 0 }
    guard let first = filled.first, let last = filled.last else { return [] }
    let expected = chart.mixture.map { mixture in
      bars.map { Self.expected(mixture, of: $0, pairs: scored) }
    }
    let columns = expected == nil ? 1 : 3
    let cells = max(width - Self.labelWidth - columns * Self.numberWidth, 10)
    let largest = max(
      Double(bars.map(\.pairs).max() ?? 1),
      expected?.flatMap { [$0.mismatched, $0.matched] }.max() ?? 0)
    var lines = [title(cells, expected != nil)]
    for bar in first...last {
      if let threshold = chart.threshold, threshold < bars[bar].lower,
        bar == first || threshold >= bars[bar - 1].lower
      {
        lines.append(thresholdLine(threshold))
      }
      lines.append(
        line(bars[bar], expected.map { $0[bar] }, cells: cells, largest: largest))
    }
    if let threshold = chart.threshold, threshold >= bars[last].lower {
      lines.append(thresholdLine(threshold))
    }
    return lines
  }

  private var scored: Int { chart.histogram.bars.reduce(0) { $0 + $1.pairs } }

  private func title(_ cells: Int, _ hasMixture: Bool) -> String {
    let names = hasMixture ? ["pairs", "mismatched", "matched"] : ["pairs"]
    return String(repeating: " ", count: Self.labelWidth + cells)
      + names.map { Self.padded($0) }.joined()
  }

  private func line(
    _ bar: InspectionHistogram.Bar, _ expected: (mismatched: Double, matched: Double)?,
    cells: Int, largest: Double
  ) -> String {
    func length(_ count: Double) -> Int {
      count > 0 ? max(1, Int(count * Double(cells) / largest)) : 0
    }
    let kept = bar.final[.kept] ?? 0
    let others = bar.pairs - kept
    let total = length(Double(bar.pairs))
    // One cell at least for either kind that is there, and no more than both take together.
    let filled =
      kept == 0
      ? 0 : others == 0 ? total : min(max(1, total - length(Double(others))), max(total - 1, 1))
    var drawn = Array(repeating: Character("░"), count: total - filled)
    drawn += Array(repeating: Character("█"), count: filled)
    drawn += Array(repeating: Character(" "), count: max(cells - drawn.count, 0))
    var numbers = Self.padded(SummaryTable.grouped(bar.pairs))
    if let expected {
      for (count, mark) in [(expected.mismatched, Character("×")), (expected.matched, "o")]
      where count >= 0.5 {
        drawn[min(max(length(count) - 1, 0), cells - 1)] = mark
      }
      numbers += Self.padded(SummaryTable.grouped(Int(expected.mismatched.rounded())))
      numbers += Self.padded(SummaryTable.grouped(Int(expected.matched.rounded())))
    }
    return DecimalText.fixed(bar.lower, digits: 2) + "  " + String(drawn) + numbers
  }

  private func thresholdLine(_ threshold: Double) -> String {
    let label = "── threshold \(DecimalText.fixed(threshold, digits: 3)) "
    return label + String(repeating: "─", count: max(width - label.count, 0))
  }

  private static func padded(_ text: String) -> String {
    String(repeating: " ", count: max(numberWidth - text.count, 1)) + text
  }

  /// How many of the pairs the components expect in a bar: the densities' mean over it, scaled by
  /// the component's share, the bar's width and the number of pairs.
  private static func expected(
    _ mixture: DecisionMixture, of bar: InspectionHistogram.Bar, pairs: Int
  ) -> (mismatched: Double, matched: Double) {
    let steps = 16
    let width = (bar.upper - bar.lower) / Double(steps)
    func count(_ component: DecisionMixture.Component, _ share: Double) -> Double {
      let sum = (0..<steps).reduce(0.0) {
        $0 + component.density(at: bar.lower + (Double($1) + 0.5) * width)
      }
      return sum * width * share * Double(pairs)
    }
    return (
      count(mixture.mismatched, 1 - mixture.matchedShare),
      count(mixture.matched, mixture.matchedShare)
    )
  }
}
