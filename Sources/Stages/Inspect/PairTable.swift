import Audit
import Pairs

/// Pairs as lines of a table.
enum PairTable {
  /// A line a pair: number, decision, reason, similarity, clean probability, caption.
  static func text(_ pairs: [InspectedPair], width: Int) -> String {
    let isWide = width >= 120
    var table = TextTable(
      [
        ("pair", .right), ("decision", .left), ("reason", .left), ("similarity", .right),
        ("clean", .right),
      ] + (isWide ? [("picture", .left)] : []) + [("caption", .flexible)])
    for pair in pairs {
      table.add(
        [
          String(pair.pairID), pair.finalStatus.rawValue + (pair.isReviewed ? "*" : ""),
          pair.finalReason?.rawValue ?? "", number(pair.similarity), number(pair.cleanProbability),
        ] + (isWide ? [lastPart(of: pair.url)] : []) + [pair.caption ?? ""])
    }
    let note = pairs.contains(where: \.isReviewed) ? "\n* by a review" : ""
    return table.text(width: width) + note
  }

  /// Three digits behind the point; nothing where there is no number.
  static func number(_ value: Double?) -> String {
    value.map { fixed($0) } ?? ""
  }

  /// Three digits behind the point.
  static func fixed(_ value: Double) -> String {
    DecimalText.fixed(value, digits: 3)
  }

  /// A picture's name says more than the folder that many share.
  private static func lastPart(of url: String?) -> String {
    guard let url else { return "" }
    return DisplayWidth.cut(String(url.split(separator: "/").last ?? ""), to: 28)
  }
}
