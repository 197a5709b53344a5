import Pairs
import Yams

/// The stages that a pipeline can name.
public struct StageRegistry: Sendable {
  /// One kind of stage.
  public struct Entry: Sendable {
    /// The stage's name.
    public let name: String
    let keys: [String]
    let pathKeys: Set<String>
    let truthKeys: Set<String>
    let make: @Sendable (Node) throws -> any Stage

    /// The entry of a stage's type.
    public init<Kind: Stage>(_ kind: Kind.Type) {
      name = Kind.name
      keys = Kind.Configuration.keys
      pathKeys = Kind.Configuration.pathKeys
      truthKeys = Kind.Configuration.truthKeys
      make = { node in
        Kind(try YAMLDecoder().decode(Kind.Configuration.self, from: node))
      }
    }
  }

  private let entries: [Entry]

  /// A registry of the given stages.
  public init(_ entries: [Entry]) {
    self.entries = entries
  }

  /// Every stage of the program.
  public static let standard = StageRegistry([
    Entry(CorruptStage.self),
    Entry(IngestStage.self),
    Entry(FetchStage.self),
    Entry(FeaturizeStage.self),
    Entry(TrainStage.self),
    Entry(ScoreStage.self),
    Entry(PurifyStage.self),
    Entry(ExplainStage.self),
    Entry(EvaluateStage.self),
    Entry(ExportStage.self),
  ])

  /// The names of all stages.
  public var names: [String] { entries.map(\.name) }

  /// The entry of a name.
  public func entry(named name: String) -> Entry? { entries.first { $0.name == name } }
}
