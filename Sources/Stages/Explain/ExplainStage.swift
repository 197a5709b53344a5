import Audit
import Foundation
import Models
import Pairs
import Tensors

/// Explains why the scoring model rejects pairs: where each word of a caption looks and how well it is
/// found there, and which captions and pictures of the dataset fit better.
///
/// A stage of its own in pipelines, since what is rejected is known only after `purify`; on the command
/// line it is `winnow-score --explain`.
public struct ExplainStage: Stage {
  /// The key in a pipeline.
  public static let name = "explain"
  /// What the stage does with the workspace.
  public static let access = WorkspaceAccess.writes
  /// What the stage was told.
  public let configuration: ExplainConfiguration

  /// What tests put in place of a batch's size and a kill.
  struct Surroundings: Sendable {
    /// Pairs that are searched for together, which bounds memory.
    var group = 16_384
    /// Pairs of one transaction.
    var batch = 64
    var workers = Workers(ProcessInfo.processInfo.activeProcessorCount)
    /// Called after each transaction; an error stops the run as a kill would.
    var afterBatch: @Sendable () throws -> Void = {}
  }

  private let surroundings: Surroundings

  /// A value of its parts.
  public init(_ configuration: ExplainConfiguration) { self.init(configuration, Surroundings()) }

  init(_ configuration: ExplainConfiguration, _ surroundings: Surroundings) {
    self.configuration = configuration
    self.surroundings = surroundings
  }

  /// Refuses a workspace without pairs or scores before anything is written there.
  public func check(in workspace: Workspace) throws {
    try workspace.refuseMerged("winnow-score --explain")
    try workspace.openIngested(.reading).close()
    _ = try Calibration.read(in: workspace)
  }

  /// Does the work, going on where an interrupted run stopped.
  public func run(in workspace: Workspace, context: StageContext) throws -> ExplainSummary {
    let database = try workspace.openIngested(.writing)
    let store = try FeatureStore(of: workspace)
    let (published, calibration) = try Calibration.ofScores(in: workspace, database)
    let model = try workspace.scoringModel(for: store)
    let unstored = try database.unstoredPairCount(roles: [.train], scoredBy: published.id)
    guard unstored == 0 else {
      throw workspace.missing(
        "the features of \(SummaryTable.grouped(unstored)) pairs, which explaining reads, were not "
          + "stored when these were scored", command: "winnow-featurize")
    }
    if context.restarts { try database.discardExplanations(ofModel: published.id) }
    let selection = try PairSelection(
      try scope(in: database, calibration), of: database, model: published.id,
      limit: configuration.pairs)
    guard selection.count > 0 else {
      throw workspace.missing("no harvested pair has a score", command: "winnow-score")
    }
    let run = try database.beginRun(
      RunRequest(
        command: Self.name, configuration: try configuration.json(ofModel: model.name),
        programVersion: context.programVersion, seed: nil, startedAt: context.now(),
        unit: "pairs"), context: context)
    let began = context.uptime()
    let pending = selection.pending
    if !pending.isEmpty {
      try explain(
        pending, model, store, database, in: workspace, context: context,
        before: selection.count - pending.count
      ) { try database.store($0, model: published.id, run: run) }
    }
    try database.endRun(run, context: context)
    try database.close()
    return ExplainSummary(
      model: model.name, explained: pending.count,
      explainedBefore: selection.count - pending.count,
      rejected: selection.rejected.count, kept: selection.kept.count,
      seconds: context.uptime() - began)
  }

  /// The decisions that are shown, or before any a middle: halfway between what trusted pairs and what
  /// mismatches score.
  private func scope(
    in database: AuditDatabase, _ calibration: Calibration
  ) throws -> ExplanationScope {
    if let (run, rule) = try database.publishedRule() {
      return .decided(run: run, byProbability: PurifyRule.isOfProbability(rule.name))
    }
    let means = [calibration.matched, calibration.mismatched].map { similarities in
      similarities.means.reduce(0, +) / Double(max(similarities.means.count, 1))
    }
    return .undecided(middle: (means[0] + means[1]) / 2)
  }

  /// - Parameters:
  ///   - pending: the numbers of the pairs.
  ///   - before: how many were explained by an earlier run.
  ///   - record: stores a batch.
  private func explain(
    _ pending: [Int64], _ model: ModelFolder.Model, _ store: FeatureStore,
    _ database: AuditDatabase, in workspace: Workspace, context: StageContext, before: Int,
    _ record: ([PairExplanation]) throws -> Void
  ) throws {
    let workers = surroundings.workers
    let explainer = PairExplainer(model.networks, workers: workers)
    let search = try CandidateSearch(
      HarvestedPairs(database: database), store, model.vocabulary, explainer, workers: workers)
    let maker = ExplanationMaker(store, model.vocabulary, explainer)
    let groups = stride(from: 0, to: pending.count, by: surroundings.group).map {
      pending[$0..<min($0 + surroundings.group, pending.count)]
    }
    var searching = ProgressMeter(
      stage: Self.name, unit: "candidates", total: groups.count * search.pairs, context: context)
    let approximation = try search.approximation()
    var done = before
    for group in groups {
      let pairs = try database.featurizedPairs(withIDs: Set(group))
      let shortlists = try search.shortlists(for: pairs, by: approximation) {
        searching.advance(by: $0)
      }
      var meter = ProgressMeter(
        stage: Self.name, unit: "pairs", total: before + pending.count, done: done,
        context: context)
      for start in stride(from: 0, to: pairs.count, by: surroundings.batch) {
        let range = start..<min(start + surroundings.batch, pairs.count)
        try record(
          explanations(
            of: Array(pairs[range]), Array(shortlists[range]), by: maker, database, in: workspace))
        meter.advance(by: range.count)
        try surroundings.afterBatch()
      }
      done += pairs.count
    }
  }

  private func explanations(
    of pairs: [FeaturizedPair], _ shortlists: [Shortlist], by maker: ExplanationMaker,
    _ database: AuditDatabase, in workspace: Workspace
  ) throws -> [PairExplanation] {
    let wanted = Set(shortlists.flatMap { $0.captions + $0.images })
    let candidates = Dictionary(
      try database.featurizedPairs(withIDs: wanted).map { ($0.pairID, $0) },
      uniquingKeysWith: { first, _ in first })
    return try surroundings.workers.map(pairs.count) { index in
      guard
        let explanation = try maker.explanation(
          of: pairs[index], shortlists[index], candidates: candidates)
      else {
        throw StagesError.damaged(
          path: workspace.path,
          problem: "what explains pair \(pairs[index].key) is not a number; the features or the "
            + "model hold values out of range: run winnow-featurize or winnow-train with --restart")
      }
      return explanation
    }
  }
}
