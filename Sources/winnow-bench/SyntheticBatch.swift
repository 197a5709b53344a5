import Models
import Tensors

/// The fixed shapes that training is timed on: 64 captions with 895 words in all, the longest of
/// 27, 36 regions of 1280 numbers, a vocabulary of 3,162 words.
struct SyntheticBatch {
  static let captions = 64
  static let words = 895
  static let longest = 27
  static let regions = 36
  static let regionDimension = 1280
  static let vocabulary = 3162

  let batch: PairBatch
  let metaBatch: MetaBatch

  init(seed: UInt64) {
    var generator = RandomGenerator(seed: seed)
    batch = Self.pairs(&generator)
    metaBatch = MetaBatch(
      pairs: Self.pairs(&generator),
      labels: (0..<Self.captions).map { $0.isMultiple(of: 2) ? 1 : 0 })
  }

  /// The batch's pairs as the scoring stage is given them: caption i with image i.
  var captionedImages: CaptionedImages {
    let captions = batch.captions
    return CaptionedImages(
      captions: (0..<captions.segments.count).map { index in
        captions.words[captions.segments[index]].map { Int32($0) }
      }, images: Array(0..<batch.imageCount))
  }

  static func configuration(_ preset: NetworkPreset) -> SimilarityConfiguration {
    preset.configuration(
      regionDimension: regionDimension, regions: regions, vocabularySize: vocabulary)
  }

  static func network(_ preset: NetworkPreset) -> CorrectedNetwork {
    var generator = RandomGenerator(seed: 1)
    return CorrectedNetwork(configuration(preset), generator: &generator)
  }

  /// Words of each caption: spread from 5 up to the longest, then evened out to the total.
  static var lengths: [Int] {
    var lengths = (0..<captions).map { 5 + $0 * 18 / (captions - 1) }
    lengths[captions - 1] = longest
    var index = 0
    while lengths.reduce(0, +) != words {
      let step = lengths.reduce(0, +) < words ? 1 : -1
      if lengths[index] + step >= 3, lengths[index] + step < longest { lengths[index] += step }
      index = (index + 1) % (captions - 1)
    }
    return lengths
  }

  private static func pairs(_ generator: inout RandomGenerator) -> PairBatch {
    PairBatch(
      features: generator.uniform([captions, regions, regionDimension], bound: 1),
      captions: lengths.map { length in
        (0..<length).map { _ in Int32.random(in: 4..<Int32(vocabulary), using: &generator) }
      })
  }
}

/// Region features that are in memory already.
struct SyntheticRegions: RegionSource {
  /// [images, regions, dimension].
  let features: Tensor

  var regions: Int { features.shape[1] }
  var dimension: Int { features.shape[2] }

  func features(ofImages images: [Int]) -> Tensor {
    features.reshaped([features.shape[0], regions * dimension]).gatheringRows(images)
      .reshaped([images.count, regions, dimension])
  }
}
