import Audit
import Foundation
import Models
import Pairs

/// Decides every scored harvested pair on its stored similarity. Deciding again needs no scoring
/// again.
public struct PurifyStage: Stage {
  /// The key in a pipeline and the name of the program.
  public static let name = "purify"
  /// What the stage does with the workspace.
  public static let access = WorkspaceAccess.writes
  /// What the stage was told.
  public let configuration: PurifyConfiguration

  private static let page = 10_000

  /// A value of its parts.
  public init(_ configuration: PurifyConfiguration) { self.configuration = configuration }

  /// Refuses a workspace without pairs before anything is written there.
  public func check(in workspace: Workspace) throws {
    try workspace.openIngested(.reading).close()
  }

  /// Does the work, going on where an interrupted run stopped.
  public func run(in workspace: Workspace, context: StageContext) throws -> PurifySummary {
    let database = try workspace.openIngested(.writing)
    let calibration = try Calibration.read(in: workspace)
    guard let model = try database.publishedModel(), model.name == calibration.model else {
      throw workspace.missing(
        "the scores and their calibration are of different models", command: "winnow-score")
    }
    var similarities: [Double] = []
    try forEachPage(of: model.id, database) { page in
      similarities += page.map(\.similarity)
    }
    guard !similarities.isEmpty else {
      throw workspace.missing("no harvested pair has a score", command: "winnow-score")
    }
    let rule = try PurifyRule(configuration, calibration, similarities: similarities)
    let run = try database.beginRun(
      RunRequest(
        command: Self.name, configuration: try configuration.json(),
        programVersion: context.programVersion, seed: nil, startedAt: context.now()))
    let decided = try database.beginDecisions(
      DecisionRule(
        model: model.id, name: rule.name, threshold: rule.level,
        parameters: try rule.parameters()), run: run)
    var meter = ProgressMeter(
      stage: Self.name, unit: "pairs", total: similarities.count, context: context)
    var kept = 0
    var rejected = 0
    try forEachPage(of: model.id, database) { page in
      let decisions = page.map { score in
        let isKept = rule.keeps(score.similarity)
        return PairDecision(
          pairID: score.pairID, isKept: isKept, reason: isKept ? .matched : .mismatch,
          cleanProbability: rule.probability(of: score.similarity))
      }
      try database.store(decisions.filter { $0.pairID > decided }, run: run)
      let keptHere = decisions.count { $0.isKept }
      kept += keptHere
      rejected += decisions.count - keptHere
      meter.advance(by: decisions.count)
    }
    try database.finishRun(run, at: context.now())
    try database.publishDecisions(ofRun: run)
    let seconds = meter.elapsed
    try database.close()
    let leastSimilarity =
      rule.comparesProbability
      ? CleanProbability(rule.mixture).leastSimilarity(above: rule.level) : rule.level
    return PurifySummary(
      rule: rule.name, threshold: rule.level, similarityThreshold: leastSimilarity, kept: kept,
      rejected: rejected, mixture: rule.mixture, seconds: seconds)
  }

  private func forEachPage(
    of model: Int64, _ database: AuditDatabase, _ body: ([PairScore]) throws -> Void
  ) throws {
    var last: Int64 = 0
    while true {
      let page = try database.scores(
        ofModel: model, roles: [.train], after: last, limit: Self.page)
      guard let lastScore = page.last else { return }
      last = lastScore.pairID
      try body(page)
    }
  }
}
