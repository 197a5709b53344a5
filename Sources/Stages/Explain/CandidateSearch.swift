import Audit
import Models
import Pairs
import Tensors

/// What of the dataset is worth scoring with a pair's picture, and with its caption.
struct Shortlist {
  /// Pairs whose captions may fit the picture, in order.
  let captions: [Int64]
  /// Pairs whose pictures may fit the caption, in order.
  let images: [Int64]
}

/// Searches all harvested pictures and captions for what may fit some pairs.
///
/// A sample is scored by the networks, all with all; that gives an approximation of what they say,
/// by which everything is compared with everything. Nothing that is found depends on which pairs are
/// searched for together.
struct CandidateSearch {
  private let harvested: HarvestedPairs
  private let store: FeatureStore
  private let vocabulary: Vocabulary
  private let explainer: PairExplainer
  private let workers: Workers
  private let sample: CandidateSample
  private let tokenizer = CaptionTokenizer()

  /// How many of so many candidates are scored with each pair's picture, or with its caption: the more
  /// there are, the closer are the best of them, and the more come near them by the approximation.
  static func length(of candidates: Int) -> Int {
    let length = 2.25 * Double(candidates).squareRoot()
    return min(max(Int(length), 64), 256)
  }

  /// Pictures or captions that one thread takes at a time.
  private static let batch = 64

  init(
    _ harvested: HarvestedPairs, _ store: FeatureStore, _ vocabulary: Vocabulary,
    _ explainer: PairExplainer, workers: Workers
  ) throws {
    self.harvested = harvested
    self.store = store
    self.vocabulary = vocabulary
    self.explainer = explainer
    self.workers = workers
    sample = try CandidateSample(of: harvested, readBy: vocabulary)
  }

  /// Harvested pairs that a search reads.
  var pairs: Int { sample.pairs }

  /// A shortlist for each pair.
  ///
  /// - Parameters:
  ///   - pairs: pairs with features, each once. Memory grows with them: 8 KiB each, and the lists.
  ///   - approximation: of this search.
  ///   - advance: told how many more harvested pairs were read.
  func shortlists(
    for pairs: [FeaturizedPair], by approximation: SimilarityApproximation,
    advance: (Int) -> Void
  ) throws -> [Shortlist] {
    let vectors = try workers.map(pairs.count) { index in
      (
        image: approximation.imageVectors(try pooledImages([pairs[index].features])),
        caption: approximation.captionVectors(
          explainer.pooledCaptions([read(pairs[index].caption).numbers]))
      )
    }
    let width = approximation.width
    var captions = Shortlists(
      queries: .stackingRows(vectors.map(\.image), columns: width),
      length: Self.length(of: sample.captionCount))
    var images = Shortlists(
      queries: .stackingRows(vectors.map(\.caption), columns: width),
      length: Self.length(of: sample.imageCount))
    var seenImages = SeenNumbers()
    var seenCaptions: Set<UInt64> = []
    try harvested.forEachPage { page in
      let newImages = page.filter { seenImages.insert($0.imageID) }
      images.offer(
        try stacked(newImages, columns: width) {
          approximation.imageVectors(try pooledImages($0.map(\.features)))
        }, ids: newImages.map(\.pairID), workers: workers)
      let newCaptions = page.filter {
        seenCaptions.insert(read($0.caption).identity).inserted
      }
      captions.offer(
        try stacked(newCaptions, columns: width) {
          approximation.captionVectors(
            explainer.pooledCaptions($0.map { read($0.caption).numbers }))
        }, ids: newCaptions.map(\.pairID), workers: workers)
      advance(page.count)
    }
    return pairs.indices.map {
      Shortlist(
        captions: captions.candidates(ofQuery: $0).sorted(),
        images: images.candidates(ofQuery: $0).sorted())
    }
  }

  private func read(_ caption: String) -> ReadCaption {
    ReadCaption(caption, vocabulary, tokenizer)
  }

  private func pooledImages(_ addresses: [FeatureAddress]) throws -> Tensor {
    explainer.pooledImages(try store.features(at: addresses))
  }

  /// What the networks say of the sample, as a function of pooled vectors.
  func approximation() throws -> SimilarityApproximation {
    let images = try harvested.database.featurizedPairs(withIDs: Set(sample.images.ids))
    let captions = try harvested.database.featurizedPairs(withIDs: Set(sample.captions.ids))
      .map { read($0.caption).numbers }
    let similarities = try stacked(images, columns: captions.count) {
      explainer.similarities(try store.features(at: $0.map(\.features)), captions)
    }
    return SimilarityApproximation(
      images: try stacked(images, columns: explainer.pooledWidth) {
        try pooledImages($0.map(\.features))
      },
      captions: explainer.pooledCaptions(captions), similarities: similarities, workers: workers)
  }

  /// What `rows` gives for the pairs, batch by batch, on several threads.
  private func stacked(
    _ pairs: [FeaturizedPair], columns: Int, _ rows: @Sendable ([FeaturizedPair]) throws -> Tensor
  ) throws -> Tensor {
    let starts = Array(stride(from: 0, to: pairs.count, by: Self.batch))
    return .stackingRows(
      try workers.map(starts.count) { index in
        try rows(Array(pairs[starts[index]..<min(starts[index] + Self.batch, pairs.count)]))
      }, columns: columns)
  }
}
