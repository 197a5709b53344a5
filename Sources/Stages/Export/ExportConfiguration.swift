import Audit
import Pairs

/// What `winnow-export` can be told.
public struct ExportConfiguration: StageConfiguration, Equatable {
  /// The forms of exports.
  public enum Format: String, Codable, CaseIterable, Sendable {
    /// A file of manifest lines, byte for byte as they came.
    case tsv
    /// A file with one JSON object a pair.
    case jsonl
    /// A folder of tar archives that hold pictures, captions and scores.
    case webdataset
    /// A folder of arrays of region features with files of captions.
    case precomp
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

  /// The file or folder to write; in a workspace's `export` folder when nil.
  public var output: String?
  /// Its form.
  public var format: Format
  /// Which pairs are taken.
  public var decision: Decision
  /// Only pairs with this reason, when given.
  public var reason: PairReason?
  /// What the pairs are for.
  public var roles: [PairRole]
  /// Whether only pairs are taken of which a person said something.
  public var isReviewed: Bool
  /// The most pairs of a tar archive; 10,000 when nil.
  public var shardPairs: Int?

  /// The keys in YAML.
  public enum CodingKeys: String, CodingKey, CaseIterable {
    case output = "output"
    case format = "format"
    case decision = "decision"
    case reason = "reason"
    case roles = "role"
    case isReviewed = "reviews"
    case shardPairs = "shard-pairs"
  }

  /// A configuration of its parts.
  public init(
    output: String? = nil, format: Format = .tsv, decision: Decision = .kept,
    reason: PairReason? = nil, roles: [PairRole] = [.train], isReviewed: Bool = false,
    shardPairs: Int? = nil
  ) {
    self.output = output
    self.format = format
    self.decision = decision
    self.reason = reason
    self.roles = roles
    self.isReviewed = isReviewed
    self.shardPairs = shardPairs
  }

  /// Reads a configuration; what is left out takes its default. `role` is one role or a list.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    output = try container.decodeIfPresent(String.self, forKey: .output)
    format = try container.value(.format, default: .tsv)
    decision = try container.value(.decision, default: .kept)
    reason = try container.decodeIfPresent(PairReason.self, forKey: .reason)
    if (try? container.nestedUnkeyedContainer(forKey: .roles)) != nil {
      roles = try container.decode([PairRole].self, forKey: .roles)
    } else {
      roles = [try container.value(.roles, default: .train)]
    }
    isReviewed = try container.value(.isReviewed, default: false)
    shardPairs = try container.decodeIfPresent(Int.self, forKey: .shardPairs)
  }

  /// Every key, as written in YAML.
  public static var keys: [String] { CodingKeys.allCases.map(\.rawValue) }
  /// The keys that hold paths.
  public static var pathKeys: Set<String> { ["output"] }

  /// Refuses values that cannot be.
  public func validate() throws(StagesError) {
    func refuse(_ key: CodingKeys, _ problem: String) -> StagesError {
      .configuration(stage: ExportStage.name, key: key.rawValue, problem: problem)
    }
    guard !roles.isEmpty else { throw refuse(.roles, "names no role") }
    guard let shardPairs else { return }
    guard format == .webdataset else {
      throw refuse(.shardPairs, "is for the format webdataset, not \(format.rawValue)")
    }
    guard (1...10_000_000).contains(shardPairs) else {
      throw refuse(.shardPairs, "\(shardPairs) is not from 1 to 10,000,000")
    }
  }

  /// The name of the export when no other is given.
  var name: String { "\(isReviewed ? "reviewed-" : "")\(decision.rawValue).\(format.rawValue)" }

  /// Which pairs of the given roles are taken.
  func filter(_ roles: [PairRole]) -> ExportFilter {
    let status: PairStatus? =
      switch decision {
      case .kept: .kept
      case .rejected: .rejected
      case .all: nil
      }
    return ExportFilter(
      roles: Set(roles), status: status, reason: reason, isReviewed: isReviewed)
  }
}
