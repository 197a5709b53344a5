import Foundation
import Layers
import Models
import Pairs

/// A trained model that was named: a published checkpoint (`model_best.pth.tar`) with its vocabulary,
/// or the `models` folder of a workspace.
struct ModelReference: Codable, Equatable {
  /// The checkpoint or the folder.
  let path: String
  /// The checkpoint's vocabulary; nil to look for it beside the checkpoint.
  let vocabulary: String?

  enum CodingKeys: String, CodingKey {
    case path = "path"
    case vocabulary = "vocabulary"
  }

  /// The reference with absolute paths, as it is stored.
  init(path: String, vocabulary: String?) {
    self.path = absolutePath(path)
    self.vocabulary = vocabulary.map(absolutePath)
  }

  private var isFolder: Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  private var folder: ModelFolder { ModelFolder(path: path) }

  /// The calibration that the folder holds of this very model; nil for a checkpoint, and where there
  /// is none.
  ///
  /// - Throws: `StagesError.damaged`.
  func calibration(ofModel name: String) throws -> Calibration? {
    guard isFolder, let stored = try Calibration.stored(in: folder), stored.model == name else {
      return nil
    }
    return stored
  }

  /// How the features were made that a folder's model was trained on; nil for a checkpoint, and where
  /// nothing says so.
  ///
  /// - Throws: `StagesError.damaged`.
  func featurizer() throws -> FeaturizerDescription? { isFolder ? try folder.featurizer() : nil }

  /// Refuses what can be refused without reading the networks.
  ///
  /// - Throws: `StagesError.file` naming what is missing.
  func check() throws { _ = try files() }

  /// The files that the model is made of, the vocabulary last.
  private func files() throws(StagesError) -> [String] {
    var found: [String]
    if isFolder {
      found = folder.networkPaths + [vocabulary ?? folder.vocabularyPath]
    } else {
      found = [path]
      if let vocabulary { found.append(vocabulary) } else { found.append(try vocabularyBeside()) }
    }
    for file in found where !FileManager.default.isReadableFile(atPath: file) {
      throw .file(
        path: file,
        problem: "cannot be read; name a published checkpoint, such as model_best.pth.tar, or the "
          + "models folder of a workspace")
    }
    return found
  }

  /// `vocabulary.json`, or the only `*_vocab.json`, in the checkpoint's folder.
  private func vocabularyBeside() throws(StagesError) -> String {
    let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
    if names.contains("vocabulary.json") { return parent + "/vocabulary.json" }
    let published = names.filter { $0.hasSuffix("_vocab.json") }.sorted()
    guard let only = published.first, published.count == 1 else {
      let what =
        published.isEmpty
        ? "there is no vocabulary.json or *_vocab.json" : "there are several *_vocab.json"
      throw .file(
        path: path,
        problem: "\(what) beside it; name its vocabulary with --vocabulary FILE.json")
    }
    return parent + "/" + only
  }

  /// The model's name: a hash of its files. That of a workspace's models folder is the same as in
  /// that workspace.
  func name() throws -> String { try ModelFolder.name(ofFiles: files()) }

  /// Reads the networks and the vocabulary.
  ///
  /// - Throws: `LayersError` or `PairsError` naming the damaged file; `StagesError.damaged` when the
  ///   vocabulary is not the networks'.
  func read() throws -> ModelFolder.Model {
    let files = try files()
    let networks =
      isFolder
      ? try ModelFolder.networks(at: folder.networkPaths)
      : try PublishedCheckpoint(contentsOf: URL(filePath: path)).networks
    return try ModelFolder.Model(
      name: name(), networks: networks, vocabulary: Vocabulary(readFrom: files[files.count - 1]),
      path: path)
  }
}
