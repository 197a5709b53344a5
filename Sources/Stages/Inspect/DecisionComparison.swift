import Audit
import Foundation
import Pairs

/// What two runs of `winnow-purify` decided differently, and why.
public struct DecisionComparison: Sendable, Encodable {
  /// One of the two runs.
  public struct Side: Sendable, Encodable {
    /// The run's number.
    public let run: Int64
    /// When it ended; nil where it did not.
    public let endedAt: String?
    /// The version of the program.
    public let programVersion: String
    /// The model whose scores it decided on.
    public let model: String
    /// The rule's name.
    public let rule: String
    /// What a pair had to exceed.
    public let threshold: Double
    /// The mixtures that the rule was fitted to.
    public let mixtures: [DecisionMixture]
    /// Whether its decisions are those that are shown.
    public let isShown: Bool

    enum CodingKeys: String, CodingKey {
      case run = "run_id"
      case endedAt = "ended_at"
      case programVersion = "program_version"
      case model = "model_id"
      case rule = "rule"
      case threshold = "threshold"
      case mixtures = "mixtures"
      case isShown = "shown"
    }
  }

  /// A setting that was given another value.
  public struct Setting: Sendable, Encodable, Equatable {
    /// The setting's name, as in a pipeline.
    public let name: String
    /// The first run's value as JSON; nil where it was not given.
    public let before: String?
    /// The second run's value as JSON; nil where it was not given.
    public let after: String?
  }

  /// The run that comes first.
  public let before: Side
  /// The run that it is compared with.
  public let after: Side
  /// The settings that differ.
  public let settings: [Setting]
  /// How many pairs went from each decision to each other, unchanged ones included.
  public let changes: [DecisionChange]
  /// The first pairs of which the runs say different things.
  public let differences: [DecisionDifference]
  /// The number to go on after; nil where these are all.
  public let next: Int64?

  enum CodingKeys: String, CodingKey {
    case before = "before"
    case after = "after"
    case settings = "settings"
    case changes = "changes"
    case differences = "differences"
    case next = "next"
  }

  /// Compares two runs.
  ///
  /// - Parameters:
  ///   - reasons: Whether pairs are listed that only the reason of differs.
  ///   - pair: The `next` of the page before; 0 for the first page.
  ///   - limit: The most pairs that are listed, at least 1.
  /// - Throws: `AuditError.notADecisionRun` for a run that decided nothing.
  public init(
    _ first: Int64, _ second: Int64, in audit: AuditDatabase, reasons: Bool, after pair: Int64,
    limit: Int
  ) throws {
    let sets = [try audit.decisionSet(ofRun: first), try audit.decisionSet(ofRun: second)]
    before = Side(sets[0])
    after = Side(sets[1])
    settings = Self.settings(sets[0].run.configuration, sets[1].run.configuration)
    changes = try audit.decisionChanges(first, second)
    let found = try audit.decisionDifferences(
      first, second, reasons: reasons, after: pair, limit: limit + 1)
    differences = Array(found.prefix(limit))
    next = found.count > limit ? differences.last?.pairID : nil
  }

  /// The keys of two JSON objects whose values differ.
  static func settings(_ before: String, _ after: String) -> [Setting] {
    let sides = [before, after].map { text in
      (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:]
    }
    return Set(sides[0].keys).union(sides[1].keys).sorted().compactMap { name in
      let values = sides.map { $0[name].flatMap(json) }
      return values[0] == values[1]
        ? nil : Setting(name: name, before: values[0], after: values[1])
    }
  }

  private static func json(_ value: Any) -> String? {
    let options: JSONSerialization.WritingOptions = [
      .fragmentsAllowed, .sortedKeys, .withoutEscapingSlashes,
    ]
    let data = try? JSONSerialization.data(withJSONObject: value, options: options)
    return data.map { String(decoding: $0, as: UTF8.self) }
  }
}

extension DecisionComparison.Side {
  fileprivate init(_ set: DecisionSet) {
    self.init(
      run: set.run.id, endedAt: set.run.endedAt, programVersion: set.run.programVersion,
      model: set.model, rule: set.rule.name, threshold: set.rule.threshold,
      mixtures: set.rule.mixtures, isShown: set.isShown)
  }
}
