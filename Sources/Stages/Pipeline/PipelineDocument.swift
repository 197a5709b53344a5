import Foundation
import Pairs
import Yams

/// A YAML document on its way to a pipeline: what is the same for all of its parts.
struct PipelineDocument {
  /// The file, for messages and for resolving relative paths.
  let path: String

  /// The document's root with `${NAME}` replaced.
  func parse(_ text: String, setting values: [String: String]) throws(StagesError) -> Node {
    let root: Node?
    do {
      root = try Yams.compose(yaml: text)
    } catch let YamlError.scanner(_, problem, mark, _) {
      throw .pipeline(path: path, line: mark.line, problem: problem)
    } catch let YamlError.parser(_, problem, mark, _) {
      throw .pipeline(path: path, line: mark.line, problem: problem)
    } catch let YamlError.composer(_, problem, mark, _) {
      throw .pipeline(path: path, line: mark.line, problem: problem)
    } catch let YamlError.duplicatedKeysInMapping(duplicates, context) {
      throw .pipeline(
        path: path, line: context.mark.line,
        problem: "the key \"\(duplicates.joined(separator: "\", \""))\" is there twice")
    } catch {
      throw .pipeline(path: path, line: nil, problem: "is not YAML: \(error)")
    }
    guard let root else {
      throw .pipeline(path: path, line: nil, problem: "is empty; it needs stages")
    }
    var substitution = Substitution(values: values)
    let substituted = try substitution.apply(to: root, of: self)
    if let unused = substitution.unusedNames.first {
      let hint = NearestName.hint(for: unused, among: substitution.usedNames.sorted())
      throw .pipeline(
        path: path, line: nil,
        problem: "--set \(unused): the pipeline has no ${\(unused)}"
          + (substitution.usedNames.isEmpty ? "" : hint))
    }
    return substituted
  }

  /// An error at a node.
  func error(_ node: Node?, _ problem: String) -> StagesError {
    .pipeline(path: path, line: node?.mark?.line, problem: problem)
  }

  /// A node that must be a mapping.
  func mapping(_ node: Node, what: String) throws(StagesError) -> Node.Mapping {
    guard let mapping = node.mapping else {
      throw error(node, "\(what): expected keys and values")
    }
    return mapping
  }

  /// A node that must be text.
  func string(_ node: Node, what: String) throws(StagesError) -> String {
    guard let text = node.scalar?.string, !text.isEmpty else {
      throw error(node, "\(what): expected text")
    }
    return text
  }

  /// Refuses keys that are not of the list.
  func requireKnown(
    _ mapping: Node.Mapping, among known: [String], what: String
  ) throws(StagesError) {
    for (key, _) in mapping {
      let name = key.scalar?.string ?? "a key that is not text"
      guard known.contains(name) else {
        throw error(
          key, "\(what): unknown key \"\(name)\"\(NearestName.hint(for: name, among: known))")
      }
    }
  }

  /// A path as the document means it: relative to its own folder.
  func resolve(_ written: String) -> String {
    guard !written.hasPrefix("/") else { return absolutePath(written) }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    return absolutePath("\(folder)/\(written)")
  }
}
