import Foundation
import Pairs

/// Says that a stage is complete for a configuration and certain inputs. It is written last, so
/// what it vouches for is on disk.
public struct CompletionMarker: Codable, Sendable, Equatable {
  /// The stage's name.
  public let stage: String
  /// SHA-256 of the configuration and the inputs, 64 hexadecimal digits.
  public let fingerprint: String

  enum CodingKeys: String, CodingKey {
    case stage = "stage"
    case fingerprint = "fingerprint"
  }

  /// A marker for a configuration, as JSON, and what else decides the result: hashes of files,
  /// counts of rows, a model's name.
  public init(stage: String, configuration: String, inputs: [String]) {
    self.stage = stage
    // Lengths keep ["ab", "c"] and ["a", "bc"] apart.
    let parts = ([configuration] + inputs).map { "\($0.utf8.count):\($0)" }
    fingerprint = SHA256Digest(of: Array(parts.joined().utf8)).description
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
      throw .damaged(path: path, problem: "not a completion marker; delete it to do the stage anew")
    }
  }

  /// Writes a stage's marker, atomically; everything it vouches for must be on disk.
  public func write(_ marker: CompletionMarker) throws {
    try create(folder: stagesPath)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    try AtomicFile.write(Array(encoder.encode(marker)) + [0x0A], to: markerPath(marker.stage))
  }

  /// Removes a stage's marker, before anything that it vouches for is changed.
  public func removeCompletionMarker(ofStage stage: String) throws(StagesError) {
    let path = markerPath(stage)
    guard FileManager.default.fileExists(atPath: path) else { return }
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      throw .file(path: path, problem: "cannot be removed: \(error.localizedDescription)")
    }
  }

  private func markerPath(_ stage: String) -> String { "\(stagesPath)/\(stage).json" }
}
