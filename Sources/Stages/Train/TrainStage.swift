import Audit
import Foundation
import Layers
import Models
import Pairs
import Tensors

/// Trains the two networks on the workspace's pairs.
public struct TrainStage: Stage {
  /// The key in a pipeline and the name of the program.
  public static let name = "train"
  /// What the stage does with the workspace.
  public static let access = WorkspaceAccess.writes
  /// What the stage was told.
  public let configuration: TrainConfiguration

  /// Called with the number of finished epochs after each was stored; a test's way to stop a run.
  private let afterEpoch: @Sendable (Int) throws -> Void

  /// A value of its parts.
  public init(_ configuration: TrainConfiguration) { self.init(configuration) { _ in } }

  init(
    _ configuration: TrainConfiguration, afterEpoch: @escaping @Sendable (Int) throws -> Void
  ) {
    self.configuration = configuration
    self.afterEpoch = afterEpoch
  }

  /// Refuses a workspace without pairs before anything is written there.
  public func check(in workspace: Workspace) throws {
    try workspace.refuseMerged("winnow-train")
    try workspace.openIngested(.reading).close()
    try configuration.reference?.check()
    try TrainingStart.refuseOwnFiles(configuration, in: workspace)
  }

  /// Does the work, going on where an interrupted run stopped.
  public func run(in workspace: Workspace, context: StageContext) throws -> TrainSummary {
    let database = try workspace.openIngested(.writing)
    let folder = ModelFolder(workspace: workspace)
    let reviews =
      configuration.metaFromReviews == true ? try TrainingReviews(of: database) : TrainingReviews()
    let pairs = try WorkspacePairs(
      of: database, roles: [.train, .meta, .dev], reviews: reviews, sample: configuration.sample)
    guard !pairs.addresses.isEmpty else {
      throw workspace.missing("no pair has features yet", command: "winnow-featurize")
    }
    let store = try FeatureStore(of: workspace)
    let fingerprint =
      "\(pairs.fingerprint) \(store.fingerprint)"
      + (try TrainingStart.fingerprint(configuration))
    let marker = CompletionMarker(
      stage: Self.name, configuration: try configuration.json(), inputs: [fingerprint])
    for path in try AtomicFile.removeLeftovers(in: workspace.modelsPath) {
      context.logger.removedLeftover(path)
    }
    let outcome = FinishedTraining(workspace: workspace, store: store, folder: folder)
    let damage = context.restarts ? nil : try outcome.damage(of: marker)
    if let damage {
      context.logger.warning(
        "a file of the finished training is gone or damaged; all are written anew",
        metadata: ["path": "\(damage)"])
    }
    if !context.restarts, damage == nil, let done = try outcome.find(marker) {
      // Killed between the marker and the run's end, the run is still to be closed.
      if let run = try database.unfinishedRun(try request(context)) {
        try database.endRun(run, context: context)
      }
      try database.close()
      return TrainSummary(
        model: done.model, records: done.records, reviews: reviewed(pairs, reviews),
        sample: pairs.sample, batches: 0, seconds: 0, wasDone: true)
    }

    let start = try TrainingStart(configuration, pairs, store, in: workspace)
    let vocabulary = start.vocabulary
    let sizes = start.sizes(configuration, store)
    let data = TrainingData(
      source: WorkspaceRegions(store: store, addresses: pairs.addresses),
      harvested: pairs.captioned(.train, vocabulary), trusted: pairs.captioned(.meta, vocabulary),
      mismatched: pairs.captioned(.mismatched, vocabulary),
      dev: pairs.captioned(.dev, vocabulary))
    let recipe = configuration.recipe
    let trainer = try Trainer(
      recipe, data, workers: Workers(ProcessInfo.processInfo.activeProcessorCount))
    // Whatever is refused is refused before the marker goes: what was trained stays usable.
    var state =
      try (context.restarts ? nil : storedState(in: folder, sizes, recipe, fingerprint))
      ?? start.state(sizes, seed: recipe.seed)
    try workspace.removeCompletionMarker(ofStage: Self.name)
    if context.restarts { try AtomicFile.remove(folder.statePath) }
    let wasBegun = try database.unfinishedRun(try request(context)) != nil
    let run = try database.beginRun(try request(context), context: context)
    let meter = EpochMeter(
      state: state, trainer: trainer, sample: pairs.sample, context: context)
    // Of an epoch whose state was stored, and which was not counted before a kill.
    if wasBegun { try database.advanceRun(run, to: meter.batches(ofEpochs: state.epochsDone)) }
    while state.epochsDone < trainer.epochs {
      _ = try trainer.runEpoch(&state) { meter.report($0) }
      try folder.write(
        SafetensorsChecksum.sealed(state.checkpoint(recipe, dataFingerprint: fingerprint)),
        to: folder.statePath)
      try folder.write(lines: state.records, to: folder.curvesPath)
      try database.advanceRun(run, to: meter.batches(ofEpochs: state.epochsDone))
      try afterEpoch(state.epochsDone)
    }
    for (path, network) in zip(folder.networkPaths, state.best) {
      try folder.write(network.checkpoint(training: marker.fingerprint), to: path)
    }
    try vocabulary.write(to: folder.vocabularyPath)
    // Of a training whose state was complete and whose curves were not.
    try folder.write(lines: state.records, to: folder.curvesPath)
    try AtomicFile.write(
      Array(try configuration.json().utf8) + [0x0A], to: folder.configurationPath)
    // Scoring calibrates on the pairs that were trusted here, not on what is said of them later.
    try AtomicFile.remove(folder.reviewsPath)
    if configuration.metaFromReviews == true {
      try folder.write(lines: reviews.pairs, to: folder.reviewsPath)
    }
    // Whoever scores with the model has to make features in the same way.
    if let description = store.description {
      try description.write(to: folder.featurizerPath)
    } else {
      try AtomicFile.remove(folder.featurizerPath)
    }
    let model = try ModelFolder.Model(
      name: folder.name(), networks: state.best, vocabulary: vocabulary, path: folder.path)
    try folder.write(
      lines: [Calibration(of: model, at: nil, on: pairs, store, in: workspace).sealed()],
      to: folder.calibrationPath)
    try workspace.write(marker.vouching(for: folder.files, in: workspace))
    try database.endRun(run, context: context)
    try database.close()
    return TrainSummary(
      model: model.name, records: state.records, reviews: reviewed(pairs, reviews),
      sample: pairs.sample, batches: meter.batchesDone, seconds: meter.elapsed, wasDone: false,
      repaired: damage)
  }

  private func reviewed(
    _ pairs: WorkspacePairs, _ reviews: TrainingReviews
  ) -> TrainSummary.Reviews? {
    guard configuration.metaFromReviews == true else { return nil }
    return TrainSummary.Reviews(
      trusted: pairs.count(.role(.meta)), kept: pairs.reviewedAsKept,
      rejected: pairs.count(.mismatched))
  }

  private func request(_ context: StageContext) throws -> RunRequest {
    RunRequest(
      command: Self.name, configuration: try configuration.json(),
      programVersion: context.programVersion, seed: configuration.seed, startedAt: context.now(),
      unit: "batches")
  }

  private func storedState(
    in folder: ModelFolder, _ sizes: SimilarityConfiguration, _ recipe: TrainingRecipe,
    _ fingerprint: String
  ) throws -> TrainingState? {
    let path = folder.statePath
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    do {
      let file = try SafetensorsFile(contentsOf: URL(filePath: path))
      try SafetensorsChecksum.verify(file)
      return try TrainingState(
        checkpoint: file, sizes, recipe, dataFingerprint: fingerprint)
    } catch let error as LayersError {
      let detail = "\(error)"
      throw StagesError.damaged(
        path: path,
        problem: (detail.hasPrefix("\(path): ") ? String(detail.dropFirst(path.count + 2)) : detail)
          + "; give --restart to train anew")
    }
  }
}
