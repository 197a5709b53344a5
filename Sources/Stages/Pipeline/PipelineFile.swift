import Foundation
import Pairs
import Yams

/// A pipeline as its YAML file says: which stages, in which order, with which configurations.
///
/// Reading is strict: an unknown key, stage or name is an error that names the nearest valid one.
/// Nothing is run or written before the whole file has been read.
public struct PipelineFile: Sendable {
  /// The file, for messages.
  public let path: String
  /// The workspace that the file names.
  public let workspace: Workspace?
  /// The stages in order.
  public let stages: [any Stage]

  /// Reads the file at `path`.
  ///
  /// - Parameters:
  ///   - values: What `${NAME}` stands for.
  ///   - registry: The stages that the file may name.
  /// - Throws: `StagesError.pipeline`, with the line where there is one.
  public init(
    at path: String, setting values: [String: String] = [:],
    registry: StageRegistry = .standard
  ) throws(StagesError) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw .pipeline(path: path, line: nil, problem: "cannot be read; is the path right?")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw .pipeline(path: path, line: nil, problem: "is not valid UTF-8")
    }
    try self.init(text, path: path, setting: values, registry: registry)
  }

  /// Reads a pipeline's text; `path` is for messages and for resolving relative paths.
  public init(
    _ text: String, path: String, setting values: [String: String] = [:],
    registry: StageRegistry = .standard
  ) throws(StagesError) {
    let document = PipelineDocument(path: path)
    let root = try document.parse(text, setting: values)
    let mapping = try document.mapping(root, what: "the pipeline")
    try document.requireKnown(
      mapping, among: ["workspace", "seed", "stages"], what: "the pipeline")
    self.path = path
    workspace = try mapping["workspace"].map { node throws(StagesError) in
      Workspace(path: document.resolve(try document.string(node, what: "workspace")))
    }
    guard let list = mapping["stages"]?.sequence, !list.isEmpty else {
      throw document.error(mapping["stages"] ?? root, "stages: expected a list of stages")
    }
    var stages: [any Stage] = []
    var paths = TruthGuard()
    for node in list {
      let stage = try StageNode(
        node, of: document, seed: mapping["seed"], registry: registry)
      try paths.check(stage, of: document)
      stages.append(try stage.decode(of: document))
    }
    self.stages = stages
  }
}

/// Sees to it that no stage but the one that writes and the one that judges names a truth file.
private struct TruthGuard {
  private var truths: Set<String> = []
  private var others: [(path: String, stage: String)] = []

  mutating func check(
    _ stage: StageNode, of document: PipelineDocument
  ) throws(StagesError) {
    truths.formUnion(stage.paths(of: stage.entry.truthKeys))
    let plain = stage.entry.pathKeys.subtracting(stage.entry.truthKeys)
    others += stage.paths(of: plain).map { ($0, stage.entry.name) }
    for (path, name) in others where truths.contains(path) {
      throw document.error(
        stage.node, "\(name): \(path) is the truth, which only evaluate may read")
    }
  }
}
