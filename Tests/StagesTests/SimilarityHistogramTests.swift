import Testing

@testable import Stages

@Suite struct SimilarityHistogramTests {
  @Test func onlyTheFilledRangeIsDrawn() {
    var histogram = SimilarityHistogram(bins: 10)
    for _ in 0..<4 { histogram.add(0.25, isKept: false) }
    for _ in 0..<2 { histogram.add(0.47, isKept: true) }
    histogram.add(0.41, isKept: false)
    #expect(
      histogram.text
        == """
        0.20  \(String(repeating: "░", count: 48)) 4/0
        0.30  
        0.40  \(String(repeating: "░", count: 12))\(String(repeating: "█", count: 24)) 1/2
              ░ rejected  █ kept
        """)
  }

  @Test func similaritiesAtAndBeyondTheEndsAreCounted() {
    var histogram = SimilarityHistogram(bins: 4)
    for value in [-0.5, 0, 1, 1.5] { histogram.add(value, isKept: true) }
    #expect(histogram.kept == [2, 0, 0, 2])
    #expect(SimilarityHistogram().text == "no pair has a decision")
  }
}
