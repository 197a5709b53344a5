import Audit
import Foundation
import Models
import Pairs
import Tensors

/// Both networks of a model, made ready to score many pairs.
struct ModelScorer {
  /// A pair and which of the images at hand it shows.
  struct Pair {
    let id: Int64
    let key: PairKey
    let caption: String
    /// An index of the region source.
    let image: Int
  }

  private let scorers: [PairScorer]
  private let vocabulary: Vocabulary
  private let workspace: Workspace
  private let tokenizer = CaptionTokenizer()

  init(_ model: ModelFolder.Model, in workspace: Workspace) {
    let workers = Workers(ProcessInfo.processInfo.activeProcessorCount)
    scorers = model.networks.map { PairScorer($0, workers: workers) }
    vocabulary = model.vocabulary
    self.workspace = workspace
  }

  /// What both networks say of some pairs, `PairScorer.batch` at a time from the first on.
  ///
  /// - Throws: `StagesError.damaged` naming the first pair whose similarity is not a number.
  func scores(of pairs: [Pair], _ source: any RegionSource) throws -> [PairScore] {
    let captioned = CaptionedImages(
      captions: pairs.map { vocabulary.encode(tokenizer.tokens(of: $0.caption)) },
      images: pairs.map(\.image))
    let similarities = try scorers.map { try $0.similarities(of: captioned, source) }
    return try pairs.indices.map { index in
      guard similarities.allSatisfy({ $0[index].isFinite }) else {
        throw ScoreStage.notNumbers("the similarity of pair \(pairs[index].key)", in: workspace)
      }
      return PairScore(
        pairID: pairs[index].id, similarityA: Double(similarities[0][index]),
        similarityB: Double(similarities[1][index]))
    }
  }
}
