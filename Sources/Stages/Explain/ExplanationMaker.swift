import Audit
import Foundation
import Imaging
import Models
import Pairs
import Tensors

/// Makes a pair's explanation from the pair and its shortlist alone, so that the same pair gets the
/// same one whatever else is explained with it.
struct ExplanationMaker {
  let store: FeatureStore
  let vocabulary: Vocabulary
  let explainer: PairExplainer

  /// Matches that are kept, of the captions and of the pictures.
  static let matches = 5
  /// Pictures whose features are held at a time.
  private static let batch = 64

  private let tokenizer = CaptionTokenizer()

  init(_ store: FeatureStore, _ vocabulary: Vocabulary, _ explainer: PairExplainer) {
    self.store = store
    self.vocabulary = vocabulary
    self.explainer = explainer
  }

  /// - Parameters:
  ///   - candidates: the pairs of the shortlist by number; those without features any more may lack.
  /// - Returns: nil when the features or the networks give no numbers.
  func explanation(
    of pair: FeaturizedPair, _ shortlist: Shortlist, candidates: [Int64: FeaturizedPair]
  ) throws -> PairExplanation? {
    let own = ReadCaption(pair.caption, vocabulary, tokenizer)
    let features = try store.features(at: [pair.features])
    let grounding = explainer.grounding(features, own.numbers)

    let captionPairs = shortlist.captions.compactMap { candidates[$0] }
    let imagePairs = shortlist.images.compactMap { candidates[$0] }
    guard !captionPairs.isEmpty, !imagePairs.isEmpty else { return nil }
    let captions = captionPairs.map { ReadCaption($0.caption, vocabulary, tokenizer) }
    let fitsImage = explainer.similarities(features, captions.map(\.numbers))
    let fitsCaption = try stride(from: 0, to: imagePairs.count, by: Self.batch).flatMap { start in
      let some = imagePairs[start..<min(start + Self.batch, imagePairs.count)]
      return explainer.similarities(
        try store.features(at: some.map(\.features)), [own.numbers]
      ).elements
    }

    let numbers =
      grounding.cosines.elements + grounding.attention.elements + fitsImage.elements
      + fitsCaption
    guard numbers.allSatisfy(\.isFinite) else { return nil }
    let grid = store.description.flatMap(\.pictureGrid)
    return PairExplanation(
      pairID: pair.pairID, words: own.words,
      isKnown: own.numbers.dropFirst().dropLast().map { $0 != Vocabulary.unknown },
      grounding: grounding.cosines.elements.map { Self.rounded($0, to: 1e4) },
      attention: Self.bytes(grounding.attention), regionRows: grid?.side, regionColumns: grid?.side,
      fit: grid?.fit,
      captions: Self.best(
        captionPairs.indices.map {
          (
            captions[$0].numbers == own.numbers ? pair.pairID : captionPairs[$0].pairID,
            fitsImage[$0]
          )
        }),
      images: Self.best(
        imagePairs.indices.map {
          (
            imagePairs[$0].imageID == pair.imageID ? pair.pairID : imagePairs[$0].pairID,
            fitsCaption[$0]
          )
        }))
  }

  /// The most similar, best first; ties by number.
  private static func best(_ scored: [(pair: Int64, similarity: Float)]) -> [PairExplanation.Match]
  {
    scored.sorted { ($1.similarity, $0.pair) < ($0.similarity, $1.pair) }.prefix(matches).map {
      PairExplanation.Match(pairID: $0.pair, similarity: rounded($0.similarity, to: 1e6))
    }
  }

  /// As many decimals as say anything: similarities of other batches agree to 1e-5.
  private static func rounded(_ value: Float, to unit: Double) -> Double {
    (Double(value) * unit).rounded() / unit
  }

  /// Each word's weights, its largest as 255.
  static func bytes(_ attention: Tensor) -> [UInt8] {
    (0..<attention.rows).flatMap { row in
      let weights = attention[rows: row..<row + 1].elements
      let largest = max(weights.max() ?? 0, .leastNormalMagnitude)
      return weights.map { UInt8((min(max($0 / largest, 0), 1) * 255).rounded()) }
    }
  }
}

extension FeaturizerDescription {
  /// The grid of regions and where it lies in the picture; nil where the description names no fit.
  var pictureGrid: (side: Int, fit: PairExplanation.Fit)? {
    let parts = preprocessing.split(separator: "-")
    guard parts.count > 1, let fit = ImageFit(rawValue: String(parts[1])) else { return nil }
    switch fit {
    case .crop: return (grid, .crop)
    case .pad: return (grid, .pad)
    }
  }
}
