import Models
import Tensors
import Testing

@Suite struct MetricsTests {
  private func judgement(
    _ similarity: Float?, kept: Bool, matched: Bool
  ) -> DetectionMetrics.Judgement {
    DetectionMetrics.Judgement(similarity: similarity, isKept: kept, isMatched: matched)
  }

  @Test func detectionCountsTiesAsHalfAndFailuresAsNotKept() {
    let metrics = DetectionMetrics([
      judgement(0.9, kept: true, matched: true), judgement(0.5, kept: true, matched: false),
      judgement(0.5, kept: false, matched: true), judgement(0.1, kept: false, matched: false),
      judgement(nil, kept: false, matched: true),
    ])
    // Matched against mismatched: 0.9 wins twice, 0.5 ties once and wins once.
    #expect(metrics.areaUnderROC == 3.5 / 4)
    #expect(metrics.keptPrecision == 0.5)
    #expect(metrics.keptRecall == 1.0 / 3)
    #expect(metrics.noiseFound == 0.5)
    #expect(metrics.keptShare == 0.4)
    #expect(metrics.unscored == 1)
    // Precision 1 for the first matched pair; 2 of 3 where the tie is taken whole.
    #expect(abs((metrics.averagePrecision ?? 0) - (0.5 + 0.5 * 2 / 3)) < 1e-12)
  }

  @Test func detectionOfOneKindHasNoArea() {
    let metrics = DetectionMetrics([judgement(0.5, kept: true, matched: true)])
    #expect(metrics.areaUnderROC == nil)
    #expect(metrics.noiseFound == nil)
  }

  @Test func retrievalRanksTheTrueItemLastAmongTies() {
    let tied = RetrievalMetrics(Tensor.zeros([12, 12]), imageOfCaption: Array(0..<12))
    #expect(tied.sum == 0)
    let undefined = Tensor(repeating: .nan, shape: [12, 12])
    #expect(RetrievalMetrics(undefined, imageOfCaption: Array(0..<12)).sum == 0)
    var perfect = Tensor.zeros([12, 12])
    for index in 0..<12 { perfect[index, index] = 1 }
    #expect(RetrievalMetrics(perfect, imageOfCaption: Array(0..<12)).sum == 600)
  }

  @Test func retrievalTakesAnImagesBestCaption() {
    // Image 0 has captions 0 and 1, image 1 has caption 2.
    let metrics = RetrievalMetrics(
      Tensor([0.1, 0.9, 0.5, 0.2, 0.6, 0.4], shape: [2, 3]), imageOfCaption: [0, 0, 1])
    #expect(metrics.imageToText == [50, 100, 100])
    #expect(abs(metrics.textToImage[0] - 100.0 / 3) < 1e-9)
  }
}
