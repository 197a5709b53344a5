import Models
import Tensors
import Testing

@testable import winnow_bench

@Suite struct SyntheticBatchTests {
  @Test func theShapesAreTheFixedOnes() {
    let lengths = SyntheticBatch.lengths
    #expect(lengths.count == 64 && lengths.reduce(0, +) == 895 && lengths.max() == 27)
    let synthetic = SyntheticBatch(seed: 7)
    #expect(synthetic.batch.features.shape == [64, 36, 1280])
    #expect(synthetic.captionedImages.captions.map(\.count) == lengths)
    #expect(synthetic.captionedImages.captions.allSatisfy { $0.allSatisfy { $0 < 3162 } })
  }

  @Test func regionsAreGivenByImage() {
    let features = Tensor((0..<24).map { Float($0) }, shape: [4, 3, 2])
    let source = SyntheticRegions(features: features)
    #expect(source.regions == 3 && source.dimension == 2)
    let chosen = source.features(ofImages: [2, 0])
    #expect(chosen.shape == [2, 3, 2])
    #expect(chosen.elements == [12, 13, 14, 15, 16, 17, 0, 1, 2, 3, 4, 5])
  }
}
