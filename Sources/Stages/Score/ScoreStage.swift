import Audit
import Foundation
import Models
import Pairs
import Tensors

/// What `winnow-score` did.
public struct ScoreSummary: StageSummary {
  /// The model whose scores they are.
  public let model: String
  /// Pairs scored by this run.
  public let scored: Int
  /// Pairs that an earlier run had scored.
  public let scoredBefore: Int
  /// Whether what purifying starts from was found beside the model, and not made of the pairs here.
  public let isModelsCalibration: Bool
  /// Time of this run.
  public let seconds: Double
  /// The pictures that were looked at meanwhile; nil when nothing was streamed.
  public var pictures: FeaturizeSummary?
  /// What was explained after that; nil when nothing was to be.
  public var explanations: ExplainSummary?

  enum CodingKeys: String, CodingKey {
    case model
    case isModelsCalibration = "models_calibration"
    case scored
    case scoredBefore = "scored_before"
    case seconds
    case pictures
    case explanations
  }

  /// Of scoring.
  public var throughput: Throughput? { Throughput(scored, "pairs", seconds: seconds) }

  /// The summary as lines for a person.
  public var report: String {
    var table = SummaryTable()
    table.add("model", model)
    table.add("pairs scored", scored)
    if scoredBefore > 0 { table.add("scored before", scoredBefore) }
    if !isModelsCalibration { table.add("calibration", "made of the pairs here") }
    table.add(throughput)
    return [pictures?.report, table.text, explanations?.report].compactMap(\.self)
      .joined(separator: "\n\n")
  }
}

/// Scores every pair that has features with both networks of the trained or of a given model.
public struct ScoreStage: Stage {
  /// The key in a pipeline and the name of the program.
  public static let name = "score"
  /// What the stage does with the workspace.
  public static let access = WorkspaceAccess.writes
  /// What the stage was told.
  public let configuration: ScoreConfiguration

  /// Pairs of one transaction; a multiple of the networks' batch, so that a resumed run repeats the
  /// same batches.
  private static let page = 8 * PairScorer.batch

  /// What tests put in place of the image network and a kill.
  struct Surroundings: Sendable {
    /// Image locations that are looked at together when streaming.
    var locationsPerChunk = FeaturizeStage.locationsPerShard
    /// nil reads EfficientNet's weights.
    var backbone: (any ImageBackbone)?
    /// Called after each transaction of streaming; an error stops the run as a kill would.
    var afterTransaction: @Sendable () throws -> Void = {}
  }

  let surroundings: Surroundings

  /// Of how many harvested pairs mismatches for a calibration are made at most: memory holds their
  /// captions.
  private static let mismatchSources = 500_000

  /// A value of its parts.
  public init(_ configuration: ScoreConfiguration) { self.init(configuration, Surroundings()) }

  init(_ configuration: ScoreConfiguration, _ surroundings: Surroundings) {
    self.configuration = configuration
    self.surroundings = surroundings
  }

  /// Refuses a workspace without pairs before anything is written there.
  public func check(in workspace: Workspace) throws {
    try workspace.refuseMerged("winnow-score")
    let database = try workspace.openIngested(.reading)
    let isPrecomputed = try workspace.imageKind(in: database) == .precomputed
    let lookedAt = configuration.stream ? try database.imageProgress().done : 0
    try database.close()
    try configuration.reference?.check()
    guard configuration.stream else { return }
    guard !isPrecomputed else {
      throw StagesError.configuration(
        stage: Self.name, key: ScoreConfiguration.CodingKeys.stream.rawValue,
        problem: "\(workspace.path) has precomputed features, which are read where they lie and "
          + "take no room; run winnow-featurize, which looks at them, and winnow-score without it")
    }
    let settings = try StreamSettings(configuration, lookedAt: lookedAt, in: workspace)
    if surroundings.backbone == nil { try settings.featurizing.requireWeights() }
  }

  /// Does the work, going on where an interrupted run stopped.
  public func run(in workspace: Workspace, context: StageContext) throws -> ScoreSummary {
    let database = try workspace.openIngested(.writing)
    if configuration.stream { return try stream(database, in: workspace, context: context) }
    let store = try FeatureStore(of: workspace)
    for path in try AtomicFile.removeLeftovers(in: workspace.modelsPath) {
      context.logger.removedLeftover(path)
    }
    let model =
      try configuration.reference.map { try workspace.model($0, for: store) }
      ?? workspace.trainedModel(for: store)
    let scorer = ModelScorer(model, in: workspace)
    let id = try database.modelID(named: model.name)
    if context.restarts { try database.discardScores(ofModel: id) }
    let roles = Set(PairRole.allCases)
    let before = try database.scoreCount(ofModel: id, roles: roles)
    let left = try database.featurizedPairCount(roles: roles, unscoredBy: id)
    let request = try request(scoringWith: model.name, context)
    // Given again after its end, or before explaining, it is no other run.
    let isDone = try left == 0 && before > 0 && database.publishedModel()?.id == id
    let run =
      isDone
      ? try database.unfinishedRun(request) : try database.beginRun(request, context: context)
    var meter = ProgressMeter(
      stage: Self.name, unit: "pairs", total: before + left, done: before, context: context)

    var last: Int64 = 0
    var scored = 0
    while let run {
      let page = try database.featurizedPairs(
        roles: roles, unscoredBy: id, after: last, limit: Self.page)
      guard let lastPair = page.last else { break }
      last = lastPair.pairID
      var indexOfImage: [Int64: Int] = [:]
      var addresses: [FeatureAddress] = []
      for pair in page where indexOfImage[pair.imageID] == nil {
        indexOfImage[pair.imageID] = addresses.count
        addresses.append(pair.features)
      }
      let scores = try scorer.scores(
        of: page.map {
          ModelScorer.Pair(
            id: $0.pairID, key: $0.key, caption: $0.caption, image: indexOfImage[$0.imageID] ?? 0)
        }, WorkspaceRegions(store: store, addresses: addresses))
      try database.store(scores, model: id, run: run)
      scored += page.count
      meter.advance(by: page.count)
    }
    let isModels = try calibrate(model, store, database, workspace, context)
    try database.publishScores(ofModel: id)
    if let run { try database.endRun(run, context: context) }
    let seconds = meter.elapsed
    try database.close()
    return ScoreSummary(
      model: model.name, scored: scored, scoredBefore: before,
      isModelsCalibration: isModels, seconds: seconds)
  }

  func request(scoringWith name: String, _ context: StageContext) throws -> RunRequest {
    RunRequest(
      command: Self.name, configuration: try configuration.json(scoringWith: name),
      programVersion: context.programVersion, seed: nil, startedAt: context.now(), unit: "pairs")
  }

  static func notNumbers(_ what: String, in workspace: Workspace) -> StagesError {
    .damaged(
      path: workspace.path,
      problem: "\(what) is not a number; the features or the model hold values out of range: run "
        + "winnow-featurize or winnow-train with --restart")
  }

  /// The reviews that the workspace's own model was trained with. Of a model that was named nothing
  /// is known: its pairs may be another workspace's.
  private func reviews(in workspace: Workspace) throws -> TrainingReviews {
    guard configuration.reference == nil else { return TrainingReviews() }
    return try TrainingReviews(readFrom: ModelFolder(workspace: workspace).reviewsPath)
  }

  /// Stores the calibration beside the model: the model's own, or one made of the pairs here.
  ///
  /// - Returns: Whether it is the model's own.
  private func calibrate(
    _ model: ModelFolder.Model, _ store: FeatureStore, _ database: AuditDatabase,
    _ workspace: Workspace, _ context: StageContext
  ) throws -> Bool {
    let folder = ModelFolder(workspace: workspace)
    let reference = configuration.reference
    let known = try knownCalibration(of: model, workspace, context)
    let calibration =
      try known
      ?? Calibration(
        of: model, at: reference,
        on: WorkspacePairs(
          of: database, roles: [.train, .meta, .dev], reviews: reviews(in: workspace),
          sample: Self.mismatchSources),
        store, in: workspace)
    try folder.write(lines: [calibration.sealed()], to: folder.calibrationPath)
    return known != nil
  }

  /// What the model's folder says that purifying starts from; nil where it says nothing.
  func knownCalibration(
    of model: ModelFolder.Model, _ workspace: Workspace, _ context: StageContext
  ) throws -> Calibration? {
    var known: Calibration?
    if let reference = configuration.reference {
      known = try reference.calibration(ofModel: model.name)
      known?.reference = reference
    } else if let stored = try undamagedCalibration(
      in: ModelFolder(workspace: workspace), context), stored.model == model.name
    {
      known = stored
      known?.reference = nil
    }
    return known
  }

  /// The workspace's own calibration; nil where there is none, or a damaged one, which is made anew.
  func undamagedCalibration(
    in folder: ModelFolder, _ context: StageContext
  ) throws -> Calibration? {
    do {
      return try Calibration.stored(in: folder)
    } catch StagesError.damaged(let path, _) {
      context.logger.warning(
        "the calibration was damaged and is made anew", metadata: ["path": "\(path)"])
      return nil
    }
  }
}
