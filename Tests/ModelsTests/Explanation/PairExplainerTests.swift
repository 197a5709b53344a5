import Foundation
import Layers
import Tensors
import TestSupport
import Testing

@testable import Models

@Suite struct PairExplainerTests {
  private static func network(_ seed: UInt64, _ reasoning: ReasoningKind = .graph)
    -> CorrectedNetwork
  {
    var generator = RandomGenerator(seed: seed)
    return CorrectedNetwork(
      SimilarityConfiguration(
        regionDimension: 7, regions: 6, vocabularySize: 11, wordDimension: 5, embedSize: 12,
        similarityDimension: 8, reasoning: reasoning, reasoningSteps: 2, metaHidden: 5),
      generator: &generator)
  }

  private static func features(_ images: Int) -> Tensor {
    var generator = RandomGenerator(seed: 3)
    return generator.uniform([images, 6, 7], bound: 1)
  }

  private static let captions: [[Int32]] = [[1, 4, 5, 3, 6, 2], [1, 9, 2], [1, 7, 8, 10, 2]]

  @Test(arguments: ["sgr-tiny", "sgr-small", "saf-tiny"])
  func similaritiesAreThoseOfTheReference(_ name: String) throws {
    let url = try #require(
      Bundle.module.url(
        forResource: name, withExtension: "safetensors", subdirectory: "Fixtures/reference"))
    let file = try SafetensorsFile(contentsOf: url)
    let reference = try ReferenceCase(file)
    let batch = reference.batch
    let captions = (0..<batch.captionCount).map { caption in
      batch.captions.segments[caption].map { Int32(batch.captions.words[$0]) }
    }
    let explainer = PairExplainer([reference.network], workers: .single)
    assertClose(
      explainer.similarities(batch.features, captions), try file.tensor("eval.similarity"),
      within: Tolerance(absolute: 2e-5))
  }

  @Test func similaritiesAreTheMeanOfBothNetworks() {
    let networks = [Self.network(1), Self.network(2)]
    let features = Self.features(4)
    let batch = PairBatch(features: features, captions: Self.captions)
    var mean = networks[0].similarityMatrix(batch, mode: .evaluation, workers: .single)
    mean.add(networks[1].similarityMatrix(batch, mode: .evaluation, workers: .single))
    mean.scale(by: 0.5)
    assertClose(
      PairExplainer(networks, workers: .single).similarities(features, Self.captions), mean,
      within: Tolerance(absolute: 1e-6))
  }

  /// The formulas of section 3.2 once more, number by number.
  private static func plainGrounding(
    _ network: CorrectedNetwork, _ features: Tensor, _ caption: [Int32]
  ) -> (attention: [[Double]], cosines: [Double]) {
    let encoded = network.similarity.encode(
      PairBatch(features: features, captions: [caption]), mode: .evaluation, dropout: nil,
      workers: .single)
    func rows(_ tensor: Tensor) -> [[Double]] {
      (0..<tensor.rows).map { row in tensor[rows: row..<row + 1].elements.map(Double.init) }
    }
    func dot(_ left: [Double], _ right: [Double]) -> Double {
      zip(left, right).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let (regions, words) = (rows(encoded.images.regions), rows(encoded.captions.words))
    var scores = regions.map { region in
      words.map { word in
        let product = dot(region, word)
        return product > 0 ? product : 0.1 * product
      }
    }
    for region in regions.indices {
      let norm = dot(scores[region], scores[region]).squareRoot() + 1e-8
      scores[region] = scores[region].map { $0 / norm }
    }
    var attention: [[Double]] = []
    var cosines: [Double] = []
    for word in words.indices {
      let powers = regions.indices.map { exp(9 * scores[$0][word]) }
      let total = powers.reduce(0, +)
      let weights = powers.map { $0 / total }
      let context = regions[0].indices.map { (column: Int) -> Double in
        regions.indices.reduce(0) { $0 + weights[$1] * regions[$1][column] }
      }
      attention.append(weights)
      cosines.append(dot(context, words[word]) / (dot(context, context).squareRoot() + 1e-8))
    }
    // Without <start> and <end>.
    return (Array(attention.dropFirst().dropLast()), Array(cosines.dropFirst().dropLast()))
  }

  @Test(arguments: ReasoningKind.allCases)
  func groundingIsThatOfThePlainFormulas(_ reasoning: ReasoningKind) {
    let networks = [Self.network(1, reasoning), Self.network(2, reasoning)]
    let explainer = PairExplainer(networks, workers: .single)
    let features = Self.features(1)
    for caption in Self.captions {
      let parts = networks.map { Self.plainGrounding($0, features, caption) }
      let words = caption.count - 2
      let attention = (0..<words).flatMap { word in
        (0..<6).map { Float((parts[0].attention[word][$0] + parts[1].attention[word][$0]) / 2) }
      }
      let cosines = (0..<words).map {
        Float((parts[0].cosines[$0] + parts[1].cosines[$0]) / 2)
      }
      let grounding = explainer.grounding(features, caption)
      assertClose(
        grounding.attention, Tensor(attention, shape: [words, 6]),
        within: Tolerance(absolute: 1e-5))
      assertClose(grounding.cosines, Tensor(cosines), within: Tolerance(absolute: 1e-5))
    }
  }

  @Test func aCaptionWithoutWordsHasNoGrounding() {
    let explainer = PairExplainer([Self.network(1)], workers: .single)
    let grounding = explainer.grounding(Self.features(1), [1, 2])
    #expect(grounding.attention.shape == [0, 6] && grounding.cosines.shape == [0])
  }

  @Test func pooledVectorsAreTheNetworksGlobalOnesSideBySide() {
    let networks = [Self.network(1), Self.network(2)]
    let explainer = PairExplainer(networks, workers: .single)
    let batch = PairBatch(features: Self.features(3), captions: Self.captions)
    let encoded = networks.map {
      $0.similarity.encode(batch, mode: .evaluation, dropout: nil, workers: .single)
    }
    #expect(explainer.pooledWidth == 24)
    for network in 0..<2 {
      let columns = network * 12..<(network + 1) * 12
      assertClose(
        explainer.pooledImages(batch.features)[columns: columns], encoded[network].images.globals,
        within: Tolerance(absolute: 1e-6))
      assertClose(
        explainer.pooledCaptions(Self.captions)[columns: columns],
        encoded[network].captions.globals, within: Tolerance(absolute: 1e-6))
    }
  }
}
