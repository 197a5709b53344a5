import Foundation
import Models

/// Whether a training was done before, and whether what it left is still what it wrote.
struct FinishedTraining {
  let workspace: Workspace
  let store: FeatureStore
  let folder: ModelFolder

  /// What is wrong with what the same training left; nil where it left nothing, or all is well.
  ///
  /// It is no error: the training's state, where it is whole, has all that is needed to write it anew.
  func damage(of marker: CompletionMarker) throws -> String? {
    do {
      guard let found = try workspace.completionMarker(ofStage: marker.stage),
        found.agrees(with: marker)
      else { return nil }
      try found.check(in: workspace)
      return nil
    } catch StagesError.damaged(let path, _) {
      return path
    }
  }

  /// The model's name and the epochs' records, when the same training was done before.
  ///
  /// - Throws: What reading the networks or the records throws.
  func find(_ marker: CompletionMarker) throws -> (model: String, records: [EpochRecord])? {
    guard try workspace.completionMarker(ofStage: marker.stage)?.agrees(with: marker) == true
    else { return nil }
    let lines = try Data(contentsOf: URL(filePath: folder.curvesPath)).split(separator: 0x0A)
    let records = try lines.map { try JSONDecoder().decode(EpochRecord.self, from: Data($0)) }
    return (try workspace.trainedModel(for: store).name, records)
  }
}
