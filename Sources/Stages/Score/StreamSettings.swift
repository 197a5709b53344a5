import Audit
import Foundation

/// How streaming makes features: as the workspace's were made, else as those that the model was trained
/// on, unless it is told otherwise. What does not go together is refused by name.
struct StreamSettings {
  /// What `winnow-featurize` would be told.
  let featurizing: FeaturizeConfiguration
  /// How the workspace's features were made; nil where nothing was looked at.
  private let before: FeaturizerDescription?
  /// How those were made that the model was trained on; nil where nothing says so.
  private let model: FeaturizerDescription?
  private let modelPath: String
  private let lookedAt: Int

  /// - Parameter lookedAt: How many image locations were looked at and stay so.
  /// - Throws: `StagesError.damaged` for a description that was changed, `.configuration` for numbers
  ///   out of their ranges.
  init(_ configuration: ScoreConfiguration, lookedAt: Int, in workspace: Workspace) throws {
    let reference = configuration.reference
    before = lookedAt > 0 ? try workspace.featurizerDescription() : nil
    if let reference {
      model = try reference.featurizer()
    } else {
      model = try ModelFolder(workspace: workspace).featurizer()
    }
    modelPath = reference?.path ?? workspace.modelsPath
    self.lookedAt = lookedAt
    let base = (before ?? model).map(FeaturizeConfiguration.init(making:))
    featurizing = configuration.features.applied(to: base ?? FeaturizeConfiguration())
    try featurizing.validate(as: ScoreStage.name)
  }

  /// Refuses to make features that are of another kind than those that are there, or that the model
  /// was trained on.
  ///
  /// - Parameter description: Of what would be made.
  func check(_ description: FeaturizerDescription, in workspace: Workspace) throws(StagesError) {
    if lookedAt > 0, before != description {
      let difference =
        before.map { $0.differences(to: description) }
        ?? "featurizer.json, which says how, is gone"
      throw .file(
        path: workspace.featuresPath,
        problem: "\(SummaryTable.grouped(lookedAt)) images were looked at in another way: "
          + "\(difference); give the former options or none, or begin anew with winnow-featurize "
          + "--restart, which discards scores and decisions")
    }
    // The limits say which pictures are taken, not what is made of them.
    guard let model, model.fingerprint != description.fingerprint else { return }
    throw .file(
      path: modelPath,
      problem: "the model was trained on features of another kind: "
        + "\(model.featureDifferences(to: description)); "
        + (lookedAt > 0
          ? "those of \(workspace.path) are so already: take a model that was trained on such, or "
            + "begin anew with winnow-featurize --restart"
          : "leave these options out, or take another model"))
  }

  /// The configuration of the run that looks at pictures and stores no features.
  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let run = StreamedFeaturizing(configuration: featurizing)
    return String(decoding: try encoder.encode(run), as: UTF8.self)
  }
}

/// The keys of `winnow-featurize`, and that nothing is stored.
private struct StreamedFeaturizing: Encodable {
  let configuration: FeaturizeConfiguration

  enum CodingKeys: String, CodingKey {
    case isStored = "stored"
  }

  func encode(to encoder: any Encoder) throws {
    try configuration.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(false, forKey: .isStored)
  }
}

extension RunRecord {
  /// Whether the run looked at pictures without storing their features.
  var isStreamedFeaturizing: Bool {
    struct Told: Decodable {
      let stored: Bool?

      enum CodingKeys: String, CodingKey {
        case stored = "stored"
      }
    }
    guard command == FeaturizeStage.name else { return false }
    let told = try? JSONDecoder().decode(Told.self, from: Data(configuration.utf8))
    return told?.stored == false
  }
}
