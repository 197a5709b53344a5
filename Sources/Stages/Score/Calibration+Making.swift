import Foundation
import Models
import Pairs
import Tensors

extension Calibration {
  /// Scores trusted and dev pairs, and mismatches drawn from harvested and dev pairs.
  ///
  /// - Parameters:
  ///   - reference: Where the model is; nil for the workspace's own.
  ///   - all: Harvested, trusted and dev pairs.
  /// - Throws: `StagesError.damaged` when a similarity is not a number.
  init(
    of model: ModelFolder.Model, at reference: ModelReference?, on all: WorkspacePairs,
    _ store: FeatureStore, in workspace: Workspace
  ) throws {
    let workers = Workers(ProcessInfo.processInfo.activeProcessorCount)
    let scorers = model.networks.map { PairScorer($0, workers: workers) }
    let source = WorkspaceRegions(store: store, addresses: all.addresses)
    let harvested = all.captioned(.train, model.vocabulary)
    let trusted = all.captioned(.meta, model.vocabulary)
    let mismatched = all.captioned(.mismatched, model.vocabulary)
    let dev = all.captioned(.dev, model.vocabulary)
    func similarities(_ pairs: CaptionedImages) throws -> NetworkSimilarities {
      let scores = try scorers.map { try $0.similarities(of: pairs, source).map(Double.init) }
      guard scores.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
        throw ScoreStage.notNumbers("a similarity of the trusted and dev pairs", in: workspace)
      }
      return NetworkSimilarities(a: scores[0], b: scores[1])
    }
    // The model's own name seeds the draw: the same model always gives the same calibration.
    let seed = UInt64(model.name.prefix(16), radix: 16) ?? 0
    self.init(
      model: model.name, reference: reference,
      matched: try similarities(trusted),
      mismatched: try similarities(
        harvested.mismatches(
          count: trusted.count, known: mismatched, generator: RandomGenerator(seed: seed))),
      devMatched: try similarities(dev),
      devMismatched: try similarities(
        dev.mismatches(count: dev.count, generator: RandomGenerator(seed: seed &+ 1))))
  }
}
