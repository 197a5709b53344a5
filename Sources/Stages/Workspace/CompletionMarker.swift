import Foundation
import Pairs

/// Says that a stage is complete for a configuration and certain inputs. It is written last, so
/// what it vouches for is on disk.
public struct CompletionMarker: Codable, Sendable, Equatable {
  /// The stage's name.
  public let stage: String
  /// SHA-256 of the configuration and the inputs, 64 hexadecimal digits.
  public let fingerprint: String
  /// SHA-256 of the files that the stage made, by path in the workspace; nil where other things tell
  /// whether they are whole.
  public private(set) var files: [String: String]?

  enum CodingKeys: String, CodingKey {
    case stage = "stage"
    case fingerprint = "fingerprint"
    case files = "files"
  }

  /// A marker for a configuration, as JSON, and what else decides the result: hashes of files,
  /// counts of rows, a model's name.
  public init(stage: String, configuration: String, inputs: [String]) {
    self.stage = stage
    // Lengths keep ["ab", "c"] and ["a", "bc"] apart.
    let parts = ([configuration] + inputs).map { "\($0.utf8.count):\($0)" }
    fingerprint = SHA256Digest(of: Array(parts.joined().utf8)).description
  }

  /// Whether the stage was completed for the same configuration and inputs.
  public func agrees(with other: CompletionMarker) -> Bool {
    stage == other.stage && fingerprint == other.fingerprint
  }

  /// The marker that also vouches for the content of files.
  ///
  /// - Parameter paths: Files of the workspace, all there.
  public func vouching(for paths: [String], in workspace: Workspace) throws -> CompletionMarker {
    var marker = self
    marker.files = try Dictionary(
      uniqueKeysWithValues: paths.map { path in
        (workspace.relativePath(of: path), try SHA256Digest(ofFileAt: path).description)
      })
    return marker
  }

  /// Refuses files that are gone or hold something else than what the stage wrote.
  ///
  /// - Throws: `StagesError.damaged` naming the first of them.
  func check(in workspace: Workspace) throws(StagesError) {
    for (name, digest) in (files ?? [:]).sorted(by: { $0.key < $1.key }) {
      let path = workspace.path + "/" + name
      let found = try? SHA256Digest(ofFileAt: path).description
      guard found == digest else {
        throw .damaged(
          path: path,
          problem: (found == nil ? "cannot be read" : "was changed since it was written")
            + "; run winnow-\(stage) again, with the options that it was given, to write it anew")
      }
    }
  }
}

extension Workspace {
  /// The marker of a stage; nil when the stage never completed.
  ///
  /// - Throws: `StagesError.damaged` for a file that is no marker.
  public func completionMarker(ofStage stage: String) throws(StagesError) -> CompletionMarker? {
    let path = markerPath(stage)
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    do {
      return try JSONDecoder().decode(CompletionMarker.self, from: data)
    } catch {
      throw .damaged(
        path: path,
        problem:
          "is no completion marker any more; run winnow-\(stage) again, with the options that "
          + "it was given, to write it anew")
    }
  }

  /// Writes a stage's marker, atomically; everything it vouches for must be on disk.
  public func write(_ marker: CompletionMarker) throws {
    try create(folder: stagesPath)
    try AtomicFile.removeLeftovers(in: stagesPath)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    try AtomicFile.write(Array(encoder.encode(marker)) + [0x0A], to: markerPath(marker.stage))
  }

  /// Removes a stage's marker, for good, before anything that it vouches for is changed: one that a
  /// power failure brought back would vouch for what is not there any more.
  public func removeCompletionMarker(ofStage stage: String) throws(StagesError) {
    let path = markerPath(stage)
    do {
      try AtomicFile.remove(path)
    } catch {
      guard FileManager.default.fileExists(atPath: path) else { return }
      throw .file(path: path, problem: "cannot be removed: \(error)")
    }
  }

  func relativePath(of file: String) -> String {
    file.hasPrefix(path + "/") ? String(file.dropFirst(path.utf8.count + 1)) : file
  }

  private func markerPath(_ stage: String) -> String { "\(stagesPath)/\(stage).json" }
}
