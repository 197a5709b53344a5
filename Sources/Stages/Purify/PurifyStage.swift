import Audit
import Foundation
import Models
import Pairs

/// Decides every scored harvested pair on its stored similarity. Deciding again needs no scoring
/// again.
///
/// Scores are gone over, not held, and mixtures are fitted to at most a million of them: of that many the
/// shares of a mixture are known to a tenth of a percent.
public struct PurifyStage: Stage {
  /// The key in a pipeline and the name of the program.
  public static let name = "purify"
  /// What the stage does with the workspace.
  public static let access = WorkspaceAccess.writes
  /// What the stage was told.
  public let configuration: PurifyConfiguration

  /// What tests put in place of a page's size and a kill.
  struct Surroundings: Sendable {
    var page = 10_000
    /// The most scores that mixtures are fitted to.
    var sample = 1_000_000
    /// Called after each page of decisions; an error stops the run as a kill would.
    var afterPage: @Sendable () throws -> Void = {}
  }

  private let surroundings: Surroundings

  /// A value of its parts.
  public init(_ configuration: PurifyConfiguration) {
    self.init(configuration, Surroundings())
  }

  init(_ configuration: PurifyConfiguration, _ surroundings: Surroundings) {
    self.configuration = configuration
    self.surroundings = surroundings
  }

  /// Refuses a workspace without pairs, or without what the rules ask for, before anything is written
  /// there.
  public func check(in workspace: Workspace) throws {
    let database = try workspace.openIngested(.reading)
    try checkPictures(of: workspace, in: database)
    try checkImages(of: workspace, in: database)
    try database.close()
    _ = try configuration.mixtureFrom.map(StoredMixtures.init(readFrom:))
  }

  /// Does the work, going on where an interrupted run stopped.
  public func run(in workspace: Workspace, context: StageContext) throws -> PurifySummary {
    let database = try workspace.openIngested(.writing)
    try database.limitCache()
    let (model, calibration) = try Calibration.ofScores(in: workspace, database)
    let (all, sample) = try AllScores.read(
      ofModel: model.id, in: database, sample: surroundings.sample)
    guard all.count > 0 else {
      throw workspace.missing("no harvested pair has a score", command: "winnow-score")
    }
    let rule = try PurifyRule(
      configuration, calibration, scores: sample, all: all,
      stored: configuration.mixtureFrom.map(StoredMixtures.init(readFrom:)))
    if rule.mixtures.contains(where: { $0.origin == .labelled }) {
      context.logger.warning(
        """
        the similarities of the harvested pairs gave no mixture of two kinds: decisions are made with \
        that of trusted pairs and made-up mismatches alone
        """,
        metadata: ["pairs": .stringConvertible(all.count)])
    }
    let nearImages = try NearGroups(
      database: database, radius: configuration.content.nearRadius
    ).update()
    let run = try database.beginRun(
      RunRequest(
        command: Self.name, configuration: try configuration.json(),
        programVersion: context.programVersion, seed: nil, startedAt: context.now(),
        unit: "pairs"), context: context)
    let decided = try database.beginDecisions(
      DecisionRule(
        model: model.id, name: rule.name, threshold: rule.level,
        parameters: try rule.parameters(
          configuration.content, pairs: all.count, nearImages: nearImages,
          sample: configuration.mixtureFrom == nil && sample.a.count < all.count
            ? sample.a.count : nil)), run: run)
    var meter = ProgressMeter(
      stage: Self.name, unit: "pairs", total: all.count, context: context)
    var counts: [PairReason: Int] = [:]
    func store(_ decisions: [PairDecision]) throws {
      try database.store(decisions.filter { $0.pairID > decided }, run: run)
      for decision in decisions { counts[decision.reason, default: 0] += 1 }
      meter.advance(by: decisions.count)
      try surroundings.afterPage()
    }
    if configuration.content.isActive {
      let decisions = try ContentDecisions(configuration.content, after: rule) { body in
        try forEachContent(of: model.id, database, body)
      }
      try forEachContent(of: model.id, database) { try store(decisions.decisions(on: $0)) }
    } else {
      try forEachPage(of: model.id, database) { try store($0.map(rule.decision)) }
    }
    try database.publishDecisions(ofRun: run)
    try database.endRun(run, context: context)
    let seconds = meter.elapsed
    try database.close()
    return PurifySummary(
      rule: rule.name, model: model.name, threshold: rule.level,
      similarityThreshold: rule.leastSimilarity, counts: counts, nearImages: nearImages,
      mixtures: rule.mixtures, mixtureFrom: configuration.mixtureFrom, seconds: seconds)
  }

  private func checkPictures(of workspace: Workspace, in database: AuditDatabase) throws {
    let rules = configuration.content
    if let key = rules.firstOfPictures, try workspace.imageKind(in: database) == .precomputed {
      throw StagesError.configuration(
        stage: Self.name, key: key.rawValue,
        problem: "the workspace holds precomputed features, which have no pictures")
    }
    guard rules.needsHashes else { return }
    let images = try database.unhashedImageCount()
    guard images == 0 else {
      throw workspace.missing(
        "\(SummaryTable.grouped(images)) images were featurized before Winnow kept what pictures"
          + " look like", command: "winnow-featurize", "--restart")
    }
  }

  /// Content rules ask for the image of each scored pair, which a damaged shard takes away until it is
  /// made anew. Deciding on scores alone does not.
  private func checkImages(of workspace: Workspace, in database: AuditDatabase) throws {
    guard configuration.content.isActive, let model = try database.publishedModel() else { return }
    let pairs = try database.scoredCountWithoutImage(ofModel: model.id)
    guard pairs == 0 else {
      throw workspace.missing(
        "\(SummaryTable.grouped(pairs)) scored pairs have no features", command: "winnow-featurize")
    }
  }

  private func forEachContent(
    of model: Int64, _ database: AuditDatabase, _ body: ([ScoredContent]) throws -> Void
  ) throws {
    var last: Int64 = 0
    while true {
      let page = try database.scoredContents(ofModel: model, after: last, limit: surroundings.page)
      guard let end = page.last else { return }
      last = end.score.pairID
      try body(page)
    }
  }

  private func forEachPage(
    of model: Int64, _ database: AuditDatabase, _ body: ([PairScore]) throws -> Void
  ) throws {
    var last: Int64 = 0
    while true {
      let page = try database.scores(
        ofModel: model, roles: [.train], after: last, limit: surroundings.page)
      guard let lastScore = page.last else { return }
      last = lastScore.pairID
      try body(page)
    }
  }
}
