import Foundation

/// What `winnow-score` can be told.
public struct ScoreConfiguration: StageConfiguration, Equatable {
  /// A model to score with instead of the one trained in the workspace: a published checkpoint, or
  /// the `models` folder of a workspace.
  public var model: String?
  /// That checkpoint's vocabulary; looked for beside it when nil.
  public var vocabulary: String?
  /// Whether pictures without stored features are looked at and scored in one pass, their features
  /// used and not stored.
  public var stream: Bool
  /// How these features are made.
  public var features: FeaturizeChoices

  /// The keys in YAML, beside those of `FeaturizeChoices`.
  public enum CodingKeys: String, CodingKey, CaseIterable {
    case model = "model"
    case vocabulary = "vocabulary"
    case stream = "stream"
  }

  /// A configuration of its parts; the workspace's own model unless told otherwise.
  public init(
    model: String? = nil, vocabulary: String? = nil, stream: Bool = false,
    features: FeaturizeChoices = FeaturizeChoices()
  ) {
    self.model = model
    self.vocabulary = vocabulary
    self.stream = stream
    self.features = features
  }

  /// Reads a configuration; what is left out takes its default.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    model = try container.decodeIfPresent(String.self, forKey: .model)
    vocabulary = try container.decodeIfPresent(String.self, forKey: .vocabulary)
    stream = try container.value(.stream, default: false)
    features = try FeaturizeChoices(from: decoder)
  }

  /// Writes all keys beside each other, as they are read.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encodeIfPresent(model, forKey: .model)
    try container.encodeIfPresent(vocabulary, forKey: .vocabulary)
    if stream { try container.encode(stream, forKey: .stream) }
    try features.encode(to: encoder)
  }

  /// Every key, as written in YAML.
  public static var keys: [String] {
    CodingKeys.allCases.map(\.rawValue) + FeaturizeConfiguration.keys
  }
  /// The keys that hold paths.
  public static var pathKeys: Set<String> {
    FeaturizeConfiguration.pathKeys.union(["model", "vocabulary"])
  }

  /// Refuses a vocabulary without a model, and how to make features without making any.
  public func validate() throws(StagesError) {
    guard vocabulary == nil || model != nil else {
      throw .configuration(
        stage: ScoreStage.name, key: "vocabulary", problem: "is given without a model to read it")
    }
    if let key = features.firstKey, !stream {
      throw .configuration(
        stage: ScoreStage.name, key: key.rawValue,
        problem: "is given without stream, and features are made in no other case")
    }
    // How fine a grid can be depends on the network, which the model may name.
    var known = features
    if known.backbone == nil { known.grid = nil }
    try known.applied(to: FeaturizeConfiguration()).validate(as: ScoreStage.name)
  }

  /// The run's configuration: scores of another model are another run.
  func json(scoringWith modelName: String) throws -> String {
    struct Run: Encodable {
      let model: String?
      let vocabulary: String?
      let modelName: String
      /// nil where nothing is streamed, as it was before anything could be.
      let stream: Bool?

      enum CodingKeys: String, CodingKey {
        case model = "model"
        case vocabulary = "vocabulary"
        case modelName = "model_name"
        case stream = "stream"
      }
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let run = Run(
      model: model, vocabulary: vocabulary, modelName: modelName, stream: stream ? true : nil)
    return String(decoding: try encoder.encode(run), as: UTF8.self)
  }

  var reference: ModelReference? {
    model.map { ModelReference(path: $0, vocabulary: vocabulary) }
  }
}
