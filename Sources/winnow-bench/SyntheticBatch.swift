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

  static func network(_ preset: NetworkPreset) -> CorrectedNetwork {
    var generator = RandomGenerator(seed: 1)
    return CorrectedNetwork(
      preset.configuration(
        regionDimension: regionDimension, regions: regions, vocabularySize: vocabulary),
      generator: &generator)
  }

  /// Lengths spread from 5 up to the longest, then evened out to the total.
  private static var lengths: [Int] {
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
