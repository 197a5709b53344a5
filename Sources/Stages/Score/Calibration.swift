import Audit
import Foundation
import Models
import Pairs

/// Similarities of pairs whose worth is known, by the trained model: what purifying starts from.
///
/// It belongs to the model: training leaves it beside the networks, and whoever scores with them takes
/// it over, so that similarities mean the same in every shard. Only for a model that has none, such as
/// a published checkpoint, is it made of the pairs that are scored.
struct Calibration: Codable, Equatable {
  /// The model that gave them.
  let model: String
  /// Where that model is; nil for the one trained in the workspace.
  var reference: ModelReference?
  /// Trusted pairs.
  let matched: NetworkSimilarities
  /// Harvested captions with images that are not their own.
  let mismatched: NetworkSimilarities
  /// Dev pairs, which trained nothing; empty where there are none.
  let devMatched: NetworkSimilarities
  /// Dev captions with other dev images.
  let devMismatched: NetworkSimilarities
  /// SHA-256 of all else, so that no changed digit decides anything; nil before it is `sealed()`.
  private(set) var checksum: String?

  enum CodingKeys: String, CodingKey {
    case model
    case reference
    case matched
    case mismatched
    case devMatched = "dev_matched"
    case devMismatched = "dev_mismatched"
    case checksum = "content_sha256"
  }

  /// - Throws: `StagesError.missing` naming `winnow-score`.
  static func read(in workspace: Workspace) throws -> Calibration {
    guard let stored = try stored(in: ModelFolder(workspace: workspace)) else {
      throw workspace.missing("there are no scores yet", command: "winnow-score")
    }
    return stored
  }

  /// The model whose scores are shown, with its calibration.
  ///
  /// - Throws: `StagesError.missing` naming `winnow-score`, also when another model was trained since.
  static func ofScores(
    in workspace: Workspace, _ database: AuditDatabase
  ) throws -> (model: (id: Int64, name: String), calibration: Calibration) {
    let calibration = try read(in: workspace)
    guard let model = try database.publishedModel() else {
      throw workspace.missing("there are no scores yet", command: "winnow-score")
    }
    guard model.name == calibration.model else {
      throw workspace.missing(
        calibration.reference == nil
          ? "the scores are of a model that was trained before"
          : "the scores and their calibration are of different models", command: "winnow-score")
    }
    return (model, calibration)
  }

  /// The calibration of a folder of models; nil where there is none.
  ///
  /// - Throws: `StagesError.damaged`.
  static func stored(in folder: ModelFolder) throws -> Calibration? {
    let path = folder.calibrationPath
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    let calibration: Calibration
    do {
      calibration = try JSONDecoder().decode(Calibration.self, from: data)
    } catch {
      throw StagesError.damaged(path: path, problem: "not a calibration; run winnow-score again")
    }
    let sealed = try calibration.sealed()
    guard calibration.checksum == nil || calibration == sealed else {
      throw StagesError.damaged(
        path: path, problem: "was changed since it was written; run winnow-score again")
    }
    return calibration
  }

  /// The calibration with its checksum, as it is written.
  func sealed() throws -> Calibration {
    var sealed = self
    sealed.checksum = nil
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    sealed.checksum = SHA256Digest(of: Array(try encoder.encode(sealed))).description
    return sealed
  }
}
