import Testing

@testable import Models

@Suite struct CorrectionOperationsTests {
  /// One image and one caption of two words; the parts are those of `SimilarityOperationsTests`.
  @Test func oneTinyPairByHand() {
    let operations = CorrectionOperations(
      SimilarityOperationsTests.tiny(.graph), captionLengths: [2], metaCaptionLengths: [2])
    let encoding = 736
    let derivative = 1424
    let pairs = 304 + 48
    // 2 · 1 · 2 · 3 and 2 · 1 · 3 · 1.
    let meta = 12 + 6
    #expect(operations.meta(pairs: 1) == meta)
    #expect(operations.scoring == encoding - 192 + pairs + meta)
    #expect(operations.warmupStep == encoding + derivative + 3 * (pairs + meta))

    let own = [ImageCaptionPair(image: 0, caption: 0)]
    let iteration = operations.iteration(lookAhead: own, real: own)
    #expect(iteration.forward == encoding + pairs + 2 * meta)
    #expect(iteration.lookAhead == 3 * (pairs + meta) + derivative)
    #expect(iteration.metaBatch == encoding + derivative + 3 * (pairs + meta))
    #expect(iteration.tangent == derivative + 2 * pairs + 3 * 12 + 5 * 6)
    #expect(iteration.real == iteration.lookAhead - pairs, "the forward pass is the look-ahead's")
    let other = [ImageCaptionPair(image: 0, caption: 0), ImageCaptionPair(image: 0, caption: 0)]
    #expect(
      operations.iteration(lookAhead: other, real: own).real == iteration.lookAhead,
      "other pairs are passed anew")
  }

  @Test func withoutAnActivePairOnlyForwardPassesAreLeft() {
    let operations = CorrectionOperations(
      SimilarityOperationsTests.tiny(.graph), captionLengths: [2], metaCaptionLengths: [2])
    let iteration = operations.iteration(lookAhead: [], real: [])
    #expect(iteration.lookAhead == 0 && iteration.tangent == 0 && iteration.real == 0)
    #expect(iteration.metaBatch == 736 + 352 + 3 * 18)
  }

  /// A pair of the filtration brings all images of its caption, once.
  @Test func filtrationCountsWholeColumns() {
    let operations = CorrectionOperations(
      SimilarityOperationsTests.tiny(.filtration), captionLengths: [2, 2],
      metaCaptionLengths: [2])
    func lookAhead(_ pairs: [ImageCaptionPair]) -> Int {
      operations.iteration(lookAhead: pairs, real: []).lookAhead
    }
    let one = lookAhead([ImageCaptionPair(image: 0, caption: 0)])
    let column = lookAhead([
      ImageCaptionPair(image: 0, caption: 0), ImageCaptionPair(image: 1, caption: 0),
    ])
    let both = lookAhead([
      ImageCaptionPair(image: 0, caption: 0), ImageCaptionPair(image: 0, caption: 1),
    ])
    #expect(column - one == 3 * operations.meta(pairs: 1))
    #expect(both - column == 3 * 2 * 168)
  }

  /// What the design expects of 64 captions with 895 words, in GFLOP: forward 102, look-ahead 60,
  /// meta batch 80, tangent 56, real step 56; a warm-up step 300 and 29, scoring 28.7 and 3.6, of
  /// which 4.1 and 0.88 are words' gates that are known and states that are zero.
  @Test func totalsAtBothSizes() {
    func operations(_ preset: NetworkPreset) -> CorrectionOperations {
      // 63 captions of 14 words and one of 13.
      let lengths = Array(repeating: 14, count: 63) + [13]
      return CorrectionOperations(
        preset.configuration(regionDimension: 1280, regions: 36, vocabularySize: 3162),
        captionLengths: lengths, metaCaptionLengths: lengths)
    }
    func isNear(_ count: Int, _ giga: Double) -> Bool {
      abs(Double(count) / 1e9 - giga) < 0.05 * giga
    }
    // Each diagonal, and a hardest negative for each row and each column.
    let active = (0..<64).flatMap { index in
      [0, 1, 2].map { ImageCaptionPair(image: index, caption: (index + $0) % 64) }
    }
    let paper = operations(.paper).iteration(lookAhead: active, real: active)
    #expect(isNear(paper.forward, 102), "\(paper)")
    #expect(isNear(paper.lookAhead, 60), "\(paper)")
    #expect(isNear(paper.metaBatch, 80), "\(paper)")
    #expect(isNear(paper.tangent, 56), "\(paper)")
    #expect(isNear(paper.real, 56), "\(paper)")
    #expect(isNear(paper.total, 354), "\(paper)")
    #expect(isNear(operations(.paper).warmupStep, 300), "\(operations(.paper).warmupStep)")
    #expect(isNear(operations(.paper).scoring, 24.6), "\(operations(.paper).scoring)")

    let compact = operations(.compact).iteration(lookAhead: active, real: active)
    #expect(isNear(compact.total, 38), "\(compact)")
    #expect(isNear(operations(.compact).warmupStep, 29), "\(operations(.compact).warmupStep)")
    #expect(isNear(operations(.compact).scoring, 2.72), "\(operations(.compact).scoring)")
  }
}
