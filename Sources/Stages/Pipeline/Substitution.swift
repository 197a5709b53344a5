import Pairs
import Yams

/// Replaces `${NAME}` in the texts of a document, and keeps account of the names.
struct Substitution {
  private let values: [String: String]
  private(set) var usedNames: Set<String> = []

  init(values: [String: String]) {
    self.values = values
  }

  /// Names that were given a value and occur nowhere, sorted.
  var unusedNames: [String] { values.keys.filter { !usedNames.contains($0) }.sorted() }

  /// The node with every `${NAME}` in its texts, but not in its keys, replaced.
  mutating func apply(to node: Node, of document: PipelineDocument) throws(StagesError) -> Node {
    switch node {
    case .scalar(var scalar):
      guard scalar.string.contains("${") else { return node }
      scalar.string = try replaced(scalar.string, at: node, of: document)
      return .scalar(scalar)
    case .mapping(var mapping):
      for (key, value) in mapping {
        mapping[key] = try apply(to: value, of: document)
      }
      return .mapping(mapping)
    case .sequence(var sequence):
      for index in sequence.indices {
        sequence[index] = try apply(to: sequence[index], of: document)
      }
      return .sequence(sequence)
    case .alias:
      return node
    }
  }

  private mutating func replaced(
    _ text: String, at node: Node, of document: PipelineDocument
  ) throws(StagesError) -> String {
    var result = ""
    var rest = text[...]
    while let opening = rest.range(of: "${") {
      result += rest[..<opening.lowerBound]
      rest = rest[opening.upperBound...]
      guard let closing = rest.firstIndex(of: "}") else {
        throw document.error(node, "\"\(text)\": ${ without }")
      }
      let name = String(rest[..<closing])
      guard let value = values[name] else {
        let given = values.keys.sorted()
        let hint = given.isEmpty ? "" : NearestName.hint(for: name, among: given)
        throw document.error(node, "${\(name)} has no value\(hint); give --set \(name)=VALUE")
      }
      usedNames.insert(name)
      result += value
      rest = rest[rest.index(after: closing)...]
    }
    return result + rest
  }
}
