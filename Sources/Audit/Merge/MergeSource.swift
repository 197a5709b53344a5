import GRDB
import Pairs

/// A manifest of which one or several audits hold lines.
struct MergeSource {
  /// Where one audit has it.
  struct Part {
    /// The audit's place among all.
    let input: Int
    /// The source's number in it.
    let id: Int64
    /// How many lines it says it has.
    let lineCount: Int
    let linesRead: Int
    let byteCount: Int64
    let isComplete: Bool
    let run: Int64
    let description: SourceDescription
  }

  private(set) var parts: [Part]
  /// The description of the whole.
  let description: SourceDescription

  var linesRead: Int { parts.map(\.linesRead).max() ?? 0 }
  var byteCount: Int64 { parts.map(\.byteCount).max() ?? 0 }
  var isComplete: Bool { parts.allSatisfy(\.isComplete) }

  /// All sources, in the order of their paths' bytes.
  ///
  /// - Throws: `AuditError.shardsDiffer` for a manifest that two audits read differently.
  static func all(of inputs: [MergeInput]) throws -> [MergeSource] {
    var parts: [String: [Part]] = [:]
    for (index, input) in inputs.enumerated() {
      for source in try AuditDatabase.sources(in: input.database) {
        parts[source.description.path, default: []].append(
          Part(
            input: index, id: source.id, lineCount: source.lineCount, linesRead: source.linesRead,
            byteCount: source.byteCount, isComplete: source.isComplete, run: source.runID,
            description: source.description))
      }
    }
    let ordered = parts.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    try refuseOtherNames(ordered.flatMap(\.value), inputs)
    return try ordered.map { try MergeSource($0.value, inputs) }
  }

  private init(_ parts: [Part], _ inputs: [MergeInput]) throws {
    let first = parts[0].description
    func same<Value: Equatable>(
      _ option: String, text: (Value) -> String = { "\($0)" }, _ value: (Part) -> Value?
    ) throws {
      try MergeConflict.requireSame(
        "\(option) of \(first.path)", parts.map { (inputs[$0.input].name, value($0)) }, text: text)
    }
    try same("the role") { $0.description.role.rawValue }
    try same("the column order") { $0.description.columns.rawValue }
    try same("the image root") { $0.description.imageRoot }
    try same("the content (SHA-256)") { $0.description.sha256 }
    try same("the number of shards", text: { "\($0) of them" }) { $0.description.shards?.count }
    self.parts = parts
    var shards: ManifestShards?
    if let count = parts[0].description.shards?.count,
      parts.allSatisfy({ $0.description.shards != nil })
    {
      shards = ManifestShards(parts.flatMap { $0.description.shards?.indices ?? [] }, of: count)
    }
    if shards?.isWhole == true { shards = nil }
    description = SourceDescription(
      path: first.path, role: first.role, columns: first.columns, imageRoot: first.imageRoot,
      sha256: first.sha256, shards: shards)
  }

  /// Shards of one manifest that lay in different places would pass for two manifests.
  private static func refuseOtherNames(_ parts: [Part], _ inputs: [MergeInput]) throws {
    var known: [String: Part] = [:]
    for part in parts where part.description.shards != nil {
      guard let other = known[part.description.sha256] else {
        known[part.description.sha256] = part
        continue
      }
      guard other.description.path != part.description.path else { continue }
      throw AuditError.shardsDiffer(
        MergeConflict(
          "the path of the manifest with SHA-256 \(part.description.sha256)",
          MergeConflict.Side(inputs[other.input].name, other.description.path),
          MergeConflict.Side(inputs[part.input].name, part.description.path)))
    }
  }
}
