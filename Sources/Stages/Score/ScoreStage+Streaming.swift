import Audit
import Foundation
import Pairs

extension ScoreStage {
  /// Looks at pictures and scores their pairs in one pass. It is two runs, as if `winnow-featurize` had
  /// been given first: that one's row says that no features were stored.
  func stream(
    _ database: AuditDatabase, in workspace: Workspace, context: StageContext
  ) throws -> ScoreSummary {
    let lookedAt =
      try context.restarts ? database.storedFeatureCount() : database.imageProgress().done
    let settings = try StreamSettings(configuration, lookedAt: lookedAt, in: workspace)
    let loaded = try LoadedFeaturizer(settings.featurizing, backbone: surroundings.backbone)
    try settings.check(loaded.description, in: workspace)
    let store = FeatureStore(of: workspace, madeAs: loaded.description)
    let model =
      try configuration.reference.map { try workspace.model($0, for: store) }
      ?? workspace.trainedModel(for: store)
    let calibration = try streamedCalibration(of: model, workspace, context)
    // Whatever is refused was refused before anything is written.
    for folder in [workspace.modelsPath, workspace.featuresPath] {
      for path in try AtomicFile.removeLeftovers(in: folder) {
        context.logger.removedLeftover(path)
      }
    }
    if context.restarts { try database.discardUnstoredImages() }
    try writeDescription(loaded.description, to: workspace)
    let id = try database.modelID(named: model.name)
    try database.beginStreaming()
    let progress = try database.imageProgress()
    let left = try database.streamedLocationCount(unscoredBy: id)
    let before = try database.scoreCount(ofModel: id, roles: Set(PairRole.allCases))
    let isDone = try left == 0 && before > 0 && database.publishedModel()?.id == id
    let looking = context.naming(stage: FeaturizeStage.name)
    context.observe(.began(stage: FeaturizeStage.name))
    let imageRun = try begun(
      RunRequest(
        command: FeaturizeStage.name, configuration: settings.json(),
        programVersion: context.programVersion, seed: nil, startedAt: context.now(),
        unit: "images"), in: database, isDone: progress.done == progress.total, looking)
    let scoreRun = try begun(
      request(scoringWith: model.name, context), in: database, isDone: isDone, context)
    var meter = ProgressMeter(
      stage: Self.name, unit: "images", total: progress.total, done: progress.total - left,
      context: context)
    var pictures = FeaturizeSummary()
    var scored = 0
    do {
      if let scoreRun {
        var streaming = StreamedScoring(
          database: database, store: store, scorer: ModelScorer(model, in: workspace),
          chunks: ChunkFeaturizer(
            workspace: workspace, database: database, configuration: settings.featurizing,
            featurizer: loaded.images(in: database), command: "winnow-score --stream"),
          model: id, imageRun: imageRun, scoreRun: scoreRun, surroundings: surroundings,
          logger: looking.logger)
        try streaming.perform(&meter)
        (pictures, scored) = (streaming.pictures, streaming.scored)
      }
      pictures.knownImages = progress.total - left
      pictures.seconds = meter.elapsed
      if let imageRun { try database.endRun(imageRun, context: looking) }
    } catch {
      context.observe(.failed(stage: FeaturizeStage.name))
      throw error
    }
    context.observe(.ended(stage: FeaturizeStage.name, pictures.throughput))
    let folder = ModelFolder(workspace: workspace)
    try folder.write(lines: [calibration.sealed()], to: folder.calibrationPath)
    try database.publishScores(ofModel: id)
    if let scoreRun { try database.endRun(scoreRun, context: context) }
    let seconds = meter.elapsed
    try database.close()
    return ScoreSummary(
      model: model.name, scored: scored, scoredBefore: before, isModelsCalibration: true,
      seconds: seconds, pictures: pictures)
  }

  private func begun(
    _ request: RunRequest, in database: AuditDatabase, isDone: Bool, _ context: StageContext
  ) throws -> Int64? {
    isDone
      ? try database.unfinishedRun(request) : try database.beginRun(request, context: context)
  }

  private func writeDescription(
    _ description: FeaturizerDescription, to workspace: Workspace
  ) throws {
    let isThere = (try? workspace.featurizerDescription()) == description
    if !isThere { try workspace.write(description) }
  }

  /// What purifying starts from. None is made here: that takes features of trusted and of mismatched
  /// pairs all at once.
  ///
  /// - Throws: `StagesError.file` where the model has none.
  private func streamedCalibration(
    of model: ModelFolder.Model, _ workspace: Workspace, _ context: StageContext
  ) throws -> Calibration {
    if let known = try knownCalibration(of: model, workspace, context) { return known }
    // A checkpoint, with which pairs that have stored features were scored here before.
    if var own = try undamagedCalibration(in: ModelFolder(workspace: workspace), context),
      own.model == model.name
    {
      own.reference = configuration.reference
      return own
    }
    throw StagesError.file(
      path: configuration.reference?.path ?? ModelFolder(workspace: workspace).calibrationPath,
      problem: "no calibration of this model is there, which purifying starts from, and making one "
        + "takes stored features of trusted and harvested pairs: before ingesting the others, run "
        + "winnow-featurize and winnow-score without --stream on a part of them")
  }
}
