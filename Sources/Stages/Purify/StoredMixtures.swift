import Audit
import Foundation
import Models
import Pairs

/// The mixtures that another purification fitted: those of a workspace, or of a file that
/// `winnow-purify --json` printed.
struct StoredMixtures: Decodable {
  /// The rule that they were fitted for.
  let rule: String
  /// The model whose similarities they describe.
  let model: String
  /// One for each network that had a say, or one of the mean similarity.
  let mixtures: [BetaMixture]

  enum CodingKeys: String, CodingKey {
    case rule = "rule"
    case model = "model"
    case mixtures = "mixtures"
  }

  /// The most bytes that are read; a mixture takes some hundred.
  private static let byteLimit = 1 << 20

  /// - Parameter path: A workspace or a file.
  /// - Throws: `StagesError.missing` for a workspace without decisions, `.file` for anything else that
  ///   holds no mixtures.
  init(readFrom path: String) throws {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      try self.init(of: Workspace(path: path))
      return
    }
    let bytes = try ReadableFile(path: path).contents(limit: Self.byteLimit)
    guard let stored = try? JSONDecoder().decode(StoredMixtures.self, from: Data(bytes)),
      stored.mixtures.allSatisfy(\.isSound)
    else {
      throw StagesError.file(
        path: path,
        problem: "holds no mixtures; name a workspace that winnow-purify has decided, or a file of "
          + "what winnow-purify --json printed")
    }
    self = stored
  }

  private init(of workspace: Workspace) throws {
    struct Parameters: Decodable {
      let mixtures: [BetaMixture]

      enum CodingKeys: String, CodingKey {
        case mixtures = "mixtures"
      }
    }
    let database = try workspace.openIngested(.reading)
    guard let published = try database.publishedRule(), let model = try database.publishedModel()
    else { throw workspace.missing("no pair was decided on yet", command: "winnow-purify") }
    rule = published.rule.name
    self.model = model.name
    do {
      mixtures = try JSONDecoder().decode(
        Parameters.self, from: Data(published.rule.parameters.utf8)
      ).mixtures
    } catch {
      throw StagesError.damaged(
        path: database.path,
        problem: "run \(published.run) does not say what was fitted; run winnow-purify again")
    }
    try database.close()
  }

  /// The mixtures, for a rule over a model's scores.
  ///
  /// - Parameters:
  ///   - isConsensus: Whether each network's own mixture decides.
  ///   - judges: How many mixtures the rule needs.
  /// - Throws: `StagesError.configuration` when they are of another model or kind of rule.
  func require(
    model: String, isConsensus: Bool, judges: Int
  ) throws(StagesError) -> [BetaMixture] {
    func refuse(_ problem: String) -> StagesError {
      .configuration(
        stage: PurifyStage.name, key: PurifyConfiguration.CodingKeys.mixtureFrom.rawValue,
        problem: problem)
    }
    guard self.model == model else {
      throw refuse("its mixtures are of model \(self.model), the scores here of \(model)")
    }
    guard (rule == PurifyRule.consensusName) == isConsensus else {
      throw refuse(
        isConsensus
          ? "it was decided by \(rule), with one mixture; give --no-consensus"
          : "it was decided by \(rule), with a mixture for each network")
    }
    guard mixtures.count == judges else {
      throw refuse(
        "it has \(mixtures.count) mixtures where \(judges) are needed: the calibration in "
          + "models/calibration.json is another")
    }
    return mixtures
  }
}

extension BetaMixture {
  /// Whether its numbers can be those of a mixture.
  fileprivate var isSound: Bool {
    [mismatched.alpha, mismatched.beta, matched.alpha, matched.beta].allSatisfy {
      $0.isFinite && $0 > 0
    } && matchedShare > 0 && matchedShare < 1
  }
}
