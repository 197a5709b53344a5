import Foundation
import Layers
import Models
import Pairs

/// The trained model of a workspace: `models/net-a.safetensors`, `net-b.safetensors`,
/// `vocabulary.json`, and what else training and scoring leave there.
struct ModelFolder: Sendable {
  /// The folder.
  let path: String

  init(path: String) { self.path = path }

  init(workspace: Workspace) { path = workspace.modelsPath }

  private func path(_ name: String) -> String { path + "/" + name }
  var networkPaths: [String] { [path("net-a.safetensors"), path("net-b.safetensors")] }
  var vocabularyPath: String { path("vocabulary.json") }
  var configurationPath: String { path("config.json") }
  var statePath: String { path("training-state.safetensors") }
  var curvesPath: String { path("training.jsonl") }
  var calibrationPath: String { path("calibration.json") }
  var reviewsPath: String { path("reviews.jsonl") }
  var featurizerPath: String { path("featurizer.json") }

  /// What a training leaves for others, `reviews.jsonl` and `featurizer.json` where there is one. Its
  /// state is no part of that: it has a checksum of its own, and nothing but training reads it.
  var files: [String] {
    networkPaths + [vocabularyPath, configurationPath, curvesPath]
      + [reviewsPath, featurizerPath].filter { FileManager.default.fileExists(atPath: $0) }
  }

  /// How the features were made that the model was trained on; nil where they came precomputed, and
  /// where nothing says so. Trainings of earlier versions left it in their workspace alone.
  ///
  /// - Throws: `StagesError.damaged`.
  func featurizer() throws -> FeaturizerDescription? {
    let own = try FeaturizerDescription.read(
      from: featurizerPath, advice: "run the winnow-train command again that wrote it")
    if let own { return own }
    let workspace = Workspace(
      path: URL(fileURLWithPath: path).deletingLastPathComponent().path)
    guard workspace.modelsPath == absolutePath(path),
      FileManager.default.fileExists(atPath: workspace.databasePath)
    else { return nil }
    return try workspace.featurizerDescription()
  }

  /// Writes one safetensors file atomically.
  func write(_ writer: SafetensorsWriter, to path: String) throws {
    try OutputFolder.create(for: path)
    let file = try AtomicFile(path: path)
    try writer.write { (data: Data) throws(PairsError) in try file.write(data) }
    try file.commit()
  }

  /// Writes a line of JSON for each value, atomically.
  func write(lines: [some Encodable], to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var bytes: [UInt8] = []
    for line in lines { bytes += Array(try encoder.encode(line)) + [0x0A] }
    try OutputFolder.create(for: path)
    try AtomicFile.write(bytes, to: path)
  }

  /// A trained pair of networks and their vocabulary.
  struct Model {
    /// The first half of a SHA-256 over the networks' files and the vocabulary.
    let name: String
    let networks: [CorrectedNetwork]
    let vocabulary: Vocabulary

    /// - Parameter path: what error messages call the model.
    /// - Throws: `StagesError.damaged` when the vocabulary has another number of words than the
    ///   networks know.
    init(
      name: String, networks: [CorrectedNetwork], vocabulary: Vocabulary, path: String
    ) throws(StagesError) {
      for network in networks {
        let known = network.similarity.configuration.vocabularySize
        guard known == vocabulary.count else {
          throw .damaged(
            path: path,
            problem:
              "does not belong to its vocabulary: it knows \(known) words, the vocabulary has "
              + "\(vocabulary.count)")
        }
      }
      self.name = name
      self.networks = networks
      self.vocabulary = vocabulary
    }

    /// Whether the networks read features of this form.
    func reads(_ store: FeatureStore) -> Bool {
      networks.map(\.similarity.configuration).allSatisfy {
        $0.regions == store.regions && $0.regionDimension == store.dimension
      }
    }
  }

  /// - Throws: `LayersError` naming the damaged file; `StagesError.damaged` when the networks are of
  ///   different trainings, as a training that was stopped while it wrote them leaves them.
  static func networks(at paths: [String]) throws -> [CorrectedNetwork] {
    let files = try paths.map { try SafetensorsFile(contentsOf: URL(filePath: $0)) }
    let networks = try files.map { try CorrectedNetwork(checkpoint: $0) }
    for (index, path) in paths.enumerated().dropFirst() {
      let trainings = [files[0], files[index]].map { $0.metadata[CorrectedNetwork.trainingKey] }
      guard trainings[0] == trainings[1],
        networks[0].similarity.configuration == networks[index].similarity.configuration
      else {
        throw StagesError.damaged(
          path: path,
          problem: "is of another training than \(paths[0]); run that training again to its end")
      }
    }
    return networks
  }

  /// The model's name: a hash of its files.
  func name() throws -> String { try Self.name(ofFiles: networkPaths + [vocabularyPath]) }

  /// A model's name: a hash of its files in their order.
  static func name(ofFiles paths: [String]) throws -> String {
    var hasher = SHA256Hasher()
    for path in paths {
      hasher.update(try SHA256Digest(ofFileAt: path).bytes)
    }
    return String(hasher.finalize().description.prefix(32))
  }
}

extension Workspace {
  /// The model that was trained in this workspace.
  ///
  /// - Parameter store: the features that the model is to read.
  /// - Throws: `StagesError.missing` naming `winnow-train`, or an error that names the damaged file.
  func trainedModel(for store: FeatureStore) throws -> ModelFolder.Model {
    guard let marker = try completionMarker(ofStage: TrainStage.name) else {
      throw missing("there is no trained model yet", command: "winnow-train", "--seed 1")
    }
    try marker.check(in: self)
    let folder = ModelFolder(workspace: self)
    let model = try ModelFolder.Model(
      name: folder.name(), networks: ModelFolder.networks(at: folder.networkPaths),
      vocabulary: Vocabulary(readFrom: folder.vocabularyPath), path: folder.path)
    guard model.reads(store) else {
      throw missing(
        "the model was trained on other features than these (\(store.regions) regions of "
          + "\(store.dimension) numbers)", command: "winnow-train", "--seed 1")
    }
    return model
  }

  /// A model that was named, which must read the workspace's features.
  func model(_ reference: ModelReference, for store: FeatureStore) throws -> ModelFolder.Model {
    let model = try reference.read()
    guard model.reads(store) else {
      let sizes = model.networks[0].similarity.configuration
      throw StagesError.file(
        path: reference.path,
        problem:
          "the model reads \(sizes.regions) regions of \(sizes.regionDimension) numbers, but "
          + "the features of \(path) are \(store.regions) regions of \(store.dimension)")
    }
    return model
  }

  /// The model whose scores are stored: the one that `winnow-score` was given, or the trained one.
  ///
  /// - Throws: `StagesError.missing` when it changed since.
  func scoringModel(for store: FeatureStore) throws -> ModelFolder.Model {
    let calibration = try Calibration.read(in: self)
    let database = try openDatabase(.reading)
    let published = try database.publishedModel()?.name
    try database.close()
    guard published == nil || published == calibration.model else {
      throw missing("the scores are of a model that was trained before", command: "winnow-score")
    }
    guard let reference = calibration.reference else {
      let model = try trainedModel(for: store)
      guard model.name == calibration.model else {
        throw missing(
          "the scores are of a model that was trained before", command: "winnow-score")
      }
      return model
    }
    let model = try model(reference, for: store)
    guard model.name == calibration.model else {
      throw missing(
        "\(reference.path) is not the model any more that gave the scores",
        command: "winnow-score", "--model \(reference.path)")
    }
    return model
  }
}
