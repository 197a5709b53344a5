import Foundation

/// What a stage did in how much time.
public struct Throughput: Codable, Sendable, Equatable {
  /// What is counted, in the plural: `lines`, `images`, `pairs`.
  public let unit: String
  /// How many of it this call of the stage did.
  public let done: Int
  /// How long that took.
  public let seconds: Double
  /// How many a second; nil when nothing was done, or in no time that can be measured.
  public let perSecond: Double?

  enum CodingKeys: String, CodingKey {
    case unit = "unit"
    case done = "done"
    case seconds = "seconds"
    case perSecond = "per_second"
  }

  /// A throughput of its parts.
  public init(_ done: Int, _ unit: String, seconds: Double) {
    self.unit = unit
    self.done = done
    self.seconds = seconds
    perSecond = done > 0 && seconds > 0 ? Double(done) / seconds : nil
  }

  /// `12.3 s`, from ten minutes on with `(1:02:03)` behind it.
  public static func time(_ seconds: Double) -> String {
    let text = String(format: "%.1f s", seconds)
    guard seconds >= 600, seconds < 1e9 else { return text }
    let total = Int(seconds.rounded())
    return text
      + String(format: " (%d:%02d:%02d)", total / 3600, total / 60 % 60, total % 60)
  }

  /// `1,234 pairs/s`, `12 pairs/s`, `3.4 pairs/s`, `0.12 pairs/s`.
  public static func rate(_ perSecond: Double, _ unit: String) -> String {
    let number =
      switch perSecond {
      case ..<1: String(format: "%.2f", perSecond)
      case ..<10: String(format: "%.1f", perSecond)
      case ..<1e15: SummaryTable.grouped(Int(perSecond))
      default: "\(perSecond)"
      }
    return "\(number) \(unit)/s"
  }
}

extension SummaryTable {
  /// Adds the lines `time` and `rate`, the same in all summaries; nothing where nothing took time.
  mutating func add(_ throughput: Throughput?) {
    guard let throughput else { return }
    add("time", Throughput.time(throughput.seconds))
    if let rate = throughput.perSecond { add("rate", Throughput.rate(rate, throughput.unit)) }
  }
}
