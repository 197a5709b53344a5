import Layers
import Tensors
import TestSupport
import Testing

@testable import Models

@Suite struct PairScorerTests {
  /// Region features that are in memory.
  private struct Regions: RegionSource {
    let tensor: Tensor

    var regions: Int { tensor.shape[1] }
    var dimension: Int { tensor.shape[2] }

    func features(ofImages images: [Int]) -> Tensor {
      tensor.reshaped([tensor.shape[0], regions * dimension]).gatheringRows(images)
        .reshaped([images.count, regions, dimension])
    }
  }

  private static func network(_ reasoning: ReasoningKind) -> CorrectedNetwork {
    var generator = RandomGenerator(seed: 5)
    return CorrectedNetwork(
      SimilarityConfiguration(
        regionDimension: 7, regions: 4, vocabularySize: 11, wordDimension: 6, embedSize: 16,
        similarityDimension: 8, reasoning: reasoning, reasoningSteps: 3, metaHidden: 5),
      generator: &generator)
  }

  /// Three images, of which two have several captions; more pairs than one batch.
  private static let pairs: CaptionedImages = {
    var captions: [[Int32]] = []
    var images: [Int] = []
    for index in 0..<150 {
      let length = 2 + index % 5
      captions.append((0..<length).map { Int32((index * 7 + $0 * 3) % 11) })
      images.append([2, 0, 2, 1][index % 4])
    }
    return CaptionedImages(captions: captions, images: images)
  }()

  private static func regions() -> Regions {
    var generator = RandomGenerator(seed: 6)
    return Regions(tensor: generator.uniform([3, 4, 7], bound: 1))
  }

  @Test(arguments: ReasoningKind.allCases)
  func scoresAreThoseOfThePassesThatTrain(_ reasoning: ReasoningKind) throws {
    let network = Self.network(reasoning)
    let scorer = PairScorer(network, workers: Workers(2))
    let scores = try scorer.similarities(of: Self.pairs, Self.regions())
    let encoded = network.similarity.encode(
      PairBatch(features: Self.regions().tensor, captions: Self.pairs.captions), mode: .evaluation,
      dropout: nil, workers: .single)
    let vectors = network.similarity.similarityVectors(
      of: Self.pairs.images.enumerated().map {
        ImageCaptionPair(image: $0.element, caption: $0.offset)
      }, encoded, workers: .single)
    let expected = network.meta.forward(vectors, workers: .single).similarities
    assertClose(Tensor(scores), expected.reshaped([150]), within: Tolerance(absolute: 2e-6))

    let matrix = try scorer.retrievalMatrix(of: Self.pairs, Self.regions())
    #expect(matrix.similarities.shape == [3, 150])
    #expect(matrix.imageOfCaption == Self.pairs.images.map { [2: 0, 0: 1, 1: 2][$0] })
    let own = matrix.imageOfCaption.enumerated().map { caption, row in
      matrix.similarities.elements[row * 150 + caption]
    }
    assertClose(Tensor(own), Tensor(scores), within: Tolerance(absolute: 2e-6))
  }

  @Test func threadsChangeNothing() throws {
    let network = Self.network(.graph)
    let scores = try [1, 2, 3].map {
      try PairScorer(network, workers: Workers($0)).similarities(of: Self.pairs, Self.regions())
    }
    #expect(scores[0] == scores[1] && scores[0] == scores[2])
  }
}
