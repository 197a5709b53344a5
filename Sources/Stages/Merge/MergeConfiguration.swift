import Audit

/// What `winnow-merge` can be told.
public struct MergeConfiguration: StageConfiguration, Equatable {
  /// The shards' workspaces, in any order; united ones may be among them.
  public var shards: [String]
  /// Whether manifests may have lines that are not ingested yet, and shards no scores.
  public var allowsIncomplete: Bool

  /// The keys in YAML.
  public enum CodingKeys: String, CodingKey, CaseIterable {
    case shards = "shards"
    case allowsIncomplete = "allow-incomplete"
  }

  /// A configuration of its parts.
  public init(shards: [String], allowsIncomplete: Bool = false) {
    self.shards = shards
    self.allowsIncomplete = allowsIncomplete
  }

  /// A value of its parts.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    shards = try container.decode([String].self, forKey: .shards)
    allowsIncomplete = try container.value(.allowsIncomplete, default: false)
  }

  /// Every key, as written in YAML.
  public static var keys: [String] { CodingKeys.allCases.map(\.rawValue) }
  /// The keys that hold paths.
  public static var pathKeys: Set<String> { [CodingKeys.shards.rawValue] }

  /// The shards' workspaces, each once, in the order of their paths.
  var workspaces: [Workspace] {
    Set(shards.map { Workspace(path: $0).path }).sorted().map(Workspace.init(path:))
  }

  /// Refuses values that cannot be.
  public func validate() throws(StagesError) {
    func refuse(_ problem: String) -> StagesError {
      .configuration(
        stage: MergeStage.name, key: CodingKeys.shards.rawValue, problem: problem)
    }
    guard !shards.isEmpty else { throw refuse("name at least one workspace") }
    guard shards.count <= AuditMerge.mostShards else {
      throw refuse(
        "\(shards.count) are more than \(AuditMerge.mostShards); unite them in groups, then those: "
          + "the result is the same")
    }
    var known: Set<String> = []
    for shard in shards where !known.insert(Workspace(path: shard).path).inserted {
      throw refuse("\(shard) is named twice")
    }
  }
}
