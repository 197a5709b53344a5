import Foundation

/// What `winnow-score` can be told.
public struct ScoreConfiguration: StageConfiguration, Equatable {
  /// A model to score with instead of the one trained in the workspace: a published checkpoint, or
  /// the `models` folder of a workspace.
  public var model: String?
  /// That checkpoint's vocabulary; looked for beside it when nil.
  public var vocabulary: String?

  /// The keys in YAML.
  public enum CodingKeys: String, CodingKey, CaseIterable {
    case model = "model"
    case vocabulary = "vocabulary"
  }

  /// A configuration of its parts; the workspace's own model unless told otherwise.
  public init(model: String? = nil, vocabulary: String? = nil) {
    self.model = model
    self.vocabulary = vocabulary
  }

  /// Every key, as written in YAML.
  public static var keys: [String] { CodingKeys.allCases.map(\.rawValue) }
  /// The keys that hold paths.
  public static var pathKeys: Set<String> { ["model", "vocabulary"] }

  /// Refuses a vocabulary without a model.
  public func validate() throws(StagesError) {
    guard vocabulary == nil || model != nil else {
      throw .configuration(
        stage: ScoreStage.name, key: "vocabulary", problem: "is given without a model to read it")
    }
  }

  /// The run's configuration: scores of another model are another run.
  func json(scoringWith modelName: String) throws -> String {
    struct Run: Encodable {
      let model: String?
      let vocabulary: String?
      let modelName: String

      enum CodingKeys: String, CodingKey {
        case model = "model"
        case vocabulary = "vocabulary"
        case modelName = "model_name"
      }
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let run = Run(model: model, vocabulary: vocabulary, modelName: modelName)
    return String(decoding: try encoder.encode(run), as: UTF8.self)
  }

  var reference: ModelReference? {
    model.map { ModelReference(path: $0, vocabulary: vocabulary) }
  }
}
