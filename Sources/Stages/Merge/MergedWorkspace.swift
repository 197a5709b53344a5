import Foundation
import Pairs

/// What a united workspace was made of: `merge.json`.
struct MergedWorkspace: Codable, Equatable {
  /// The shards' workspaces, in the order of their paths.
  let shards: [String]

  enum CodingKeys: String, CodingKey {
    case shards = "shards"
  }
}

extension Workspace {
  /// Where that is said.
  var mergedPath: String { path + "/merge.json" }

  /// What the workspace was united from; nil for an ordinary one.
  ///
  /// - Throws: `StagesError.damaged`.
  func merged() throws(StagesError) -> MergedWorkspace? {
    guard let data = FileManager.default.contents(atPath: mergedPath) else { return nil }
    guard let merged = try? JSONDecoder().decode(MergedWorkspace.self, from: data) else {
      throw .damaged(
        path: mergedPath,
        problem: "does not say which shards the workspace was united from; run winnow-merge again")
    }
    return merged
  }

  /// Whether the workspace was united from others, or was to be.
  var isMerged: Bool { FileManager.default.fileExists(atPath: mergedPath) }

  func write(_ merged: MergedWorkspace) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    try AtomicFile.write(Array(try encoder.encode(merged)) + [0x0A], to: mergedPath)
  }

  /// Refuses to change what a united workspace takes from its shards: the next merge would undo it.
  /// Pictures, features and networks are in the shards alone.
  ///
  /// - Throws: `StagesError.file`.
  func refuseMerged(_ command: String) throws(StagesError) {
    guard isMerged else { return }
    throw .file(
      path: path,
      problem:
        "was united by winnow-merge and holds no pictures, features or networks; run \(command)"
        + " in its shards, then winnow-merge again")
  }
}
