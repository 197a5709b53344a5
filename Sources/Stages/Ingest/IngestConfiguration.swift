import Pairs

/// What `winnow-ingest` can be told.
public struct IngestConfiguration: StageConfiguration, Equatable {
  /// The file formats of manifests.
  public enum Format: String, Codable, CaseIterable, Sendable {
    /// One pair a line, two columns apart by a TAB, no quoting.
    case tsv
  }

  /// The manifests, in order; one or several.
  public var inputs: [String]
  /// Their format.
  public var format: Format
  /// Which column comes first.
  public var columns: ColumnOrder
  /// What their pairs are for.
  public var role: PairRole
  /// The folder that relative image paths start from; each manifest's own when nil.
  public var imageRoot: String?

  /// The keys in YAML.
  public enum CodingKeys: String, CodingKey, CaseIterable {
    case inputs = "input"
    case format = "format"
    case columns = "columns"
    case role = "role"
    case imageRoot = "image-root"
  }

  /// A configuration of its parts.
  public init(
    inputs: [String], format: Format = .tsv, columns: ColumnOrder = .captionURL,
    role: PairRole = .train, imageRoot: String? = nil
  ) {
    self.inputs = inputs
    self.format = format
    self.columns = columns
    self.role = role
    self.imageRoot = imageRoot
  }

  /// Reads a configuration; `input` is one path or a list of them.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    if let one = try? container.decode(String.self, forKey: .inputs) {
      inputs = [one]
    } else {
      inputs = try container.decode([String].self, forKey: .inputs)
    }
    format = try container.value(.format, default: .tsv)
    columns = try container.value(.columns, default: .captionURL)
    role = try container.value(.role, default: .train)
    imageRoot = try container.decodeIfPresent(String.self, forKey: .imageRoot)
  }

  /// Every key, as written in YAML.
  public static var keys: [String] { CodingKeys.allCases.map(\.rawValue) }
  /// The keys that hold paths.
  public static var pathKeys: Set<String> { ["input", "image-root"] }

  /// Refuses values that cannot be.
  public func validate() throws(StagesError) {
    guard !inputs.isEmpty else {
      throw .configuration(stage: "ingest", key: "input", problem: "name at least one manifest")
    }
  }
}
