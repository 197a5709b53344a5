import Pairs

/// What `winnow-evaluate` can be told.
public struct EvaluateConfiguration: StageConfiguration, Equatable {
  /// A truth file from `winnow-corrupt`; without it there is no detection.
  public var truth: String?
  /// Which trusted pairs retrieval is measured on.
  public var retrieval: Retrieval
  /// Where the summary goes as JSON, beside the standard output.
  public var output: String?

  /// Which trusted pairs retrieval is measured on.
  public enum Retrieval: String, Codable, Sendable, CaseIterable {
    case dev
    case test
    case none
  }

  /// The keys in YAML.
  public enum CodingKeys: String, CodingKey, CaseIterable {
    case truth = "truth"
    case retrieval = "retrieval"
    case output = "output"
  }

  /// A configuration of its parts.
  public init(truth: String? = nil, retrieval: Retrieval = .dev, output: String? = nil) {
    self.truth = truth
    self.retrieval = retrieval
    self.output = output
  }

  /// A value of its parts.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    truth = try container.decodeIfPresent(String.self, forKey: .truth)
    retrieval = try container.value(.retrieval, default: .dev)
    output = try container.decodeIfPresent(String.self, forKey: .output)
  }

  /// Every key, as written in YAML.
  public static var keys: [String] { CodingKeys.allCases.map(\.rawValue) }
  /// The keys that hold paths.
  public static var pathKeys: Set<String> { ["truth", "output"] }
  /// The keys that hold a truth file.
  public static var truthKeys: Set<String> { ["truth"] }
}
