import Tensors

/// What an iteration executes, part by part, in floating-point operations.
public struct IterationOperations: Sendable, Equatable {
  /// The similarity vectors of all pairs of the batch, and V on them, once for each Θ.
  public let forward: Int
  /// The active pairs under the old Θ, forward and reverse.
  public let lookAhead: Int
  /// The meta batch at w′, forward and reverse.
  public let metaBatch: Int
  /// The tangent of the active pairs along the meta batch's gradient, and the closed form in V.
  public let tangent: Int
  /// The active pairs under the new Θ, forward and reverse; reverse alone where they are the
  /// look-ahead's, whose forward pass is at hand.
  public let real: Int

  /// All parts.
  public var total: Int { forward + lookAhead + metaBatch + tangent + real }
}

/// How many floating-point operations training steps and scoring execute on a batch of image i with
/// caption i; the rules of counting are those of `SimilarityOperations`.
public struct CorrectionOperations: Sendable {
  private let similarity: SimilarityOperations
  private let lengths: [Int]
  private let metaLengths: [Int]

  /// - Parameters:
  ///   - captionLengths: words of each caption of the batch, which has as many images.
  ///   - metaCaptionLengths: the same for the meta batch.
  public init(
    _ configuration: SimilarityConfiguration, captionLengths: [Int], metaCaptionLengths: [Int]
  ) {
    similarity = SimilarityOperations(configuration)
    lengths = captionLengths
    metaLengths = metaCaptionLengths
  }

  private var encoding: Int {
    similarity.encoding(images: lengths.count, captionLengths: lengths)
  }

  private var encodingDerivative: Int {
    similarity.encodingDerivative(images: lengths.count, captionLengths: lengths)
  }

  /// Each image with each caption.
  private var allPairs: Int {
    similarity.pairs(lengths: lengths.flatMap { Array(repeating: $0, count: lengths.count) })
      + similarity.folding
  }

  /// V on so many similarity vectors; its derivatives cost twice as much.
  func meta(pairs: Int) -> Int {
    let (m, hidden) = (
      similarity.configuration.similarityDimension, similarity.configuration.metaHidden
    )
    return SimilarityOperations.product(pairs, m, hidden)
      + SimilarityOperations.product(pairs, hidden, 1)
  }

  /// The closed form of the second-order term: three products as wide as V's first layer, five as
  /// wide as its second.
  private func metaTangentGradient(pairs: Int) -> Int {
    let (m, hidden) = (
      similarity.configuration.similarityDimension, similarity.configuration.metaHidden
    )
    return 3 * SimilarityOperations.product(pairs, m, hidden)
      + 5 * SimilarityOperations.product(pairs, hidden, 1)
  }

  /// The forward pass over active pairs. The filtration's BatchNorm couples a caption's images, so
  /// there a pair brings its whole column.
  private func chosen(_ pairs: [ImageCaptionPair]) -> Int {
    let chosenLengths =
      switch similarity.configuration.reasoning {
      case .graph: pairs.map { lengths[$0.caption] }
      case .filtration:
        Set(pairs.map(\.caption)).flatMap {
          Array(repeating: lengths[$0], count: lengths.count)
        }
      }
    return similarity.pairs(lengths: chosenLengths) + similarity.folding
  }

  /// Forward and reverse over active pairs, down to all parameters; nothing without a pair.
  /// - Parameter recorded: the pairs whose forward pass is at hand.
  private func step(on pairs: [ImageCaptionPair], recorded: [ImageCaptionPair] = []) -> Int {
    guard !pairs.isEmpty else { return 0 }
    return (pairs == recorded ? 2 : 3) * chosen(pairs) + 3 * meta(pairs: pairs.count)
      + encodingDerivative
  }

  /// An iteration: look-ahead, meta step and real step.
  /// - Parameters:
  ///   - lookAhead: the active pairs under the old Θ.
  ///   - real: the active pairs under the new Θ.
  public func iteration(
    lookAhead: [ImageCaptionPair], real: [ImageCaptionPair]
  ) -> IterationOperations {
    let metaForward =
      similarity.pairs(lengths: metaLengths) + similarity.folding + meta(pairs: metaLengths.count)
    let metaEncoding = similarity.encoding(
      images: metaLengths.count, captionLengths: metaLengths)
    let metaReverse =
      lookAhead.isEmpty
      ? 2 * meta(pairs: metaLengths.count)
      : 2 * metaForward
        + similarity.encodingDerivative(images: metaLengths.count, captionLengths: metaLengths)
    return IterationOperations(
      forward: encoding + allPairs + 2 * meta(pairs: lengths.count * lengths.count),
      lookAhead: step(on: lookAhead),
      metaBatch: metaEncoding + metaForward + metaReverse,
      tangent: lookAhead.isEmpty
        ? 0
        : encodingDerivative + 2 * chosen(lookAhead)
          + metaTangentGradient(pairs: lookAhead.count),
      real: step(on: real, recorded: lookAhead))
  }

  /// A warm-up step: forward and reverse over all pairs.
  public var warmupStep: Int {
    encoding + encodingDerivative
      + 3 * (allPairs + meta(pairs: lengths.count * lengths.count))
  }

  /// The similarity of image i with caption i, where the words' gates are known.
  public var scoring: Int {
    similarity.tabulatedEncoding(images: lengths.count, captionLengths: lengths)
      + similarity.pairs(lengths: lengths) + similarity.folding
      + meta(pairs: lengths.count)
  }
}
