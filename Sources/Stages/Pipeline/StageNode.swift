import Foundation
import Pairs
import Yams

/// One entry of a pipeline's `stages`: a name and its configuration, paths resolved.
struct StageNode {
  let entry: StageRegistry.Entry
  let node: Node
  private let configuration: Node.Mapping

  /// - Parameter seed: The pipeline's seed, for stages that take one and have none of their own.
  init(
    _ node: Node, of document: PipelineDocument, seed: Node?, registry: StageRegistry
  ) throws(StagesError) {
    let (name, content) = try Self.split(node, of: document)
    guard let entry = registry.entry(named: name) else {
      throw document.error(
        node, "unknown stage \"\(name)\"\(NearestName.hint(for: name, among: registry.names))")
    }
    var configuration = Node.Mapping([])
    // `score:` with nothing behind it, and `score` alone, take the defaults.
    if let content, content.null == nil {
      configuration = try document.mapping(content, what: name)
    }
    try document.requireKnown(configuration, among: entry.keys, what: name)
    if let seed, entry.keys.contains("seed"), configuration["seed"] == nil {
      configuration["seed"] = seed
    }
    for key in entry.pathKeys {
      guard let value = configuration[key] else { continue }
      configuration[key] = Self.resolved(value, of: document)
    }
    self.entry = entry
    self.node = node
    self.configuration = configuration
  }

  /// The paths that the given keys hold.
  func paths(of keys: Set<String>) -> [String] {
    keys.sorted().compactMap { configuration[$0] }.flatMap { value in
      (value.sequence.map(Array.init) ?? [value]).compactMap(\.scalar?.string)
    }
  }

  /// The stage.
  func decode(of document: PipelineDocument) throws(StagesError) -> any Stage {
    let stage: any Stage
    do {
      stage = try entry.make(.mapping(configuration))
    } catch let failure as DecodingError {
      throw document.error(node, "\(entry.name): \(failure.sentence)")
    } catch {
      throw document.error(node, "\(entry.name): \(error)")
    }
    do {
      try stage.configuration.validate()
    } catch {
      throw document.error(node, error.description)
    }
    return stage
  }

  private static func split(
    _ node: Node, of document: PipelineDocument
  ) throws(StagesError) -> (String, Node?) {
    if let name = node.scalar?.string { return (name, nil) }
    guard let mapping = node.mapping, mapping.count == 1, let pair = mapping.first,
      let name = pair.key.scalar?.string
    else {
      throw document.error(
        node, "expected one stage with its configuration, such as \"- ingest: {input: M.tsv}\"")
    }
    return (name, pair.value)
  }

  private static func resolved(_ node: Node, of document: PipelineDocument) -> Node {
    switch node {
    case .scalar(var scalar):
      scalar.string = document.resolve(scalar.string)
      return .scalar(scalar)
    case .sequence(let sequence):
      return .sequence(Node.Sequence(sequence.map { resolved($0, of: document) }))
    case .mapping, .alias:
      return node
    }
  }
}

extension DecodingError {
  /// The error in one sentence, with the key it is about.
  var sentence: String {
    switch self {
    case .keyNotFound(let key, _): "the key \"\(key.stringValue)\" is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context),
      .dataCorrupted(let context):
      "\(context.codingPath.map(\.stringValue).joined(separator: ".")): "
        + context.debugDescription
    @unknown default: "\(self)"
    }
  }
}
