import Audit
import Pairs

/// What `winnow-export` can be told.
public struct ExportConfiguration: StageConfiguration, Equatable {
  /// The file formats of exports.
  public enum Format: String, Codable, CaseIterable, Sendable {
    /// Manifest lines, byte for byte as they came.
    case tsv
    /// One JSON object a pair.
    case jsonl
  }

  /// Which pairs are taken.
  public enum Decision: String, Codable, CaseIterable, Sendable {
    /// What is kept after reviews.
    case kept
    /// What is rejected after reviews.
    case rejected
    /// Every line, failed and pending ones included.
    case all
  }

  /// The file to write; in a workspace's `export` folder when nil.
  public var output: String?
  /// Its format.
  public var format: Format
  /// Which pairs are taken.
  public var decision: Decision
  /// Only pairs with this reason, when given.
  public var reason: PairReason?
  /// What the pairs are for.
  public var role: PairRole

  /// The keys in YAML.
  public enum CodingKeys: String, CodingKey, CaseIterable {
    case output = "output"
    case format = "format"
    case decision = "decision"
    case reason = "reason"
    case role = "role"
  }

  /// A configuration of its parts.
  public init(
    output: String? = nil, format: Format = .tsv, decision: Decision = .kept,
    reason: PairReason? = nil, role: PairRole = .train
  ) {
    self.output = output
    self.format = format
    self.decision = decision
    self.reason = reason
    self.role = role
  }

  /// Reads a configuration; what is left out takes its default.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    output = try container.decodeIfPresent(String.self, forKey: .output)
    format = try container.value(.format, default: .tsv)
    decision = try container.value(.decision, default: .kept)
    reason = try container.decodeIfPresent(PairReason.self, forKey: .reason)
    role = try container.value(.role, default: .train)
  }

  /// Every key, as written in YAML.
  public static var keys: [String] { CodingKeys.allCases.map(\.rawValue) }
  /// The keys that hold paths.
  public static var pathKeys: Set<String> { ["output"] }

  var filter: ExportFilter {
    let status: PairStatus? =
      switch decision {
      case .kept: .kept
      case .rejected: .rejected
      case .all: nil
      }
    return ExportFilter(roles: [role], status: status, reason: reason)
  }
}
