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
    let calibration = try streamedCalibration(of: model, workspace)
    // Whatever is refused was refused before anything is written.
    for folder in [workspace.modelsPath, workspace.featuresPath] {
      try AtomicFile.removeLeftovers(in: folder)
    }
    if context.restarts { try database.discardUnstoredImages() }
    try writeDescription(loaded.description, to: workspace)
    let id = try database.modelID(named: model.name)
    try database.beginStreaming()
    let progress = try database.imageProgress()
    let left = try database.streamedLocationCount(unscoredBy: id)
    let before = try database.scoreCount(ofModel: id, roles: Set(PairRole.allCases))
    let isDone = try left == 0 && before > 0 && database.publishedModel()?.id == id
    func run(_ request: RunRequest, isDone: Bool) throws -> Int64? {
      isDone ? try database.unfinishedRun(request) : try database.beginRun(request)
    }
    let imageRun = try run(
      RunRequest(
        command: FeaturizeStage.name, configuration: settings.json(),
        programVersion: context.programVersion, seed: nil, startedAt: context.now()),
      isDone: progress.done == progress.total)
    let scoreRun = try run(request(scoringWith: model.name, context), isDone: isDone)
    var meter = ProgressMeter(
      stage: Self.name, unit: "images", total: progress.total, done: progress.total - left,
      context: context)
    var pictures = FeaturizeSummary()
    var scored = 0
    if let scoreRun {
      var streaming = StreamedScoring(
        database: database, store: store, scorer: ModelScorer(model, in: workspace),
        chunks: ChunkFeaturizer(
          workspace: workspace, database: database, configuration: settings.featurizing,
          featurizer: loaded.images(in: database), command: "winnow-score --stream"),
        model: id, imageRun: imageRun, scoreRun: scoreRun, surroundings: surroundings)
      try streaming.perform(&meter)
      (pictures, scored) = (streaming.pictures, streaming.scored)
    }
    pictures.knownImages = progress.total - left
    pictures.seconds = meter.elapsed
    if let imageRun { try database.finishRun(imageRun, at: context.now()) }
    let folder = ModelFolder(workspace: workspace)
    try folder.write(lines: [calibration.sealed()], to: folder.calibrationPath)
    try database.publishScores(ofModel: id)
    if let scoreRun { try database.finishRun(scoreRun, at: context.now()) }
    let seconds = meter.elapsed
    try database.close()
    return ScoreSummary(
      model: model.name, scored: scored, scoredBefore: before, isModelsCalibration: true,
      seconds: seconds, pictures: pictures)
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
    of model: ModelFolder.Model, _ workspace: Workspace
  ) throws -> Calibration {
    if let known = try knownCalibration(of: model, workspace) { return known }
    // A checkpoint, with which pairs that have stored features were scored here before.
    if var own = try undamagedCalibration(in: ModelFolder(workspace: workspace)),
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
