import Stages

/// Prometheus' text exposition format, version 0.0.4.
struct PrometheusText {
  /// What a metric's values are.
  enum Kind: String {
    /// Goes up and down.
    case gauge
    /// Only grows, until it begins anew.
    case counter
  }

  /// A value with its labels.
  struct Sample {
    let labels: [(name: String, value: String)]
    let value: Double

    init(_ value: Double, _ labels: [(String, String)] = []) {
      self.labels = labels
      self.value = value
    }
  }

  /// Labels that every sample has.
  private let common: [(name: String, value: String)]
  /// What was added so far.
  private(set) var text = ""

  init(common: [(String, String)]) {
    self.common = common
  }

  /// Adds a metric; nothing without samples.
  mutating func add(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample]) {
    guard !samples.isEmpty else { return }
    text += "# HELP \(name) \(Self.escaped(help))\n# TYPE \(name) \(kind.rawValue)\n"
    for sample in samples {
      let labels = (common + sample.labels).map { label in
        "\(label.name)=\"\(Self.escaped(label.value).replacing("\"", with: "\\\""))\""
      }
      let set = labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}"
      text += "\(name)\(set) \(Self.number(sample.value))\n"
    }
  }

  /// Control characters are shown before the format's own escapes: the file is also read by people.
  private static func escaped(_ text: String) -> String {
    HarmlessText.escaped(text, keepsLines: true)
      .replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
  }

  private static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    return value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
  }
}
