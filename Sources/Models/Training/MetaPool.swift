import Tensors

/// All trusted pairs with label 1, and as many mismatches with label 0: those that are known, and
/// freshly drawn ones, which are harvested captions drawn without replacement, each with a random
/// harvested image that is not its own content (design of MSCN, section 3.2).
struct MetaPool: Sendable {
  let pairs: CaptionedImages
  let labels: [Float]

  init(
    trusted: CaptionedImages, mismatched: CaptionedImages, harvested: CaptionedImages,
    generator: RandomGenerator
  ) {
    var captions = trusted.captions
    var images = trusted.images
    let mismatches = harvested.mismatches(
      count: trusted.count, known: mismatched, generator: generator)
    captions += mismatches.captions
    images += mismatches.images
    pairs = CaptionedImages(captions: captions, images: images)
    labels =
      Array(repeating: 1, count: trusted.count) + Array(repeating: 0, count: mismatches.count)
  }
}

extension CaptionedImages {
  /// Known mismatches, so many of them at random, and captions of these pairs drawn without
  /// replacement for the rest, each with a random image of other content than its own.
  ///
  /// - Parameter known: pairs that do not match, as a person said.
  public func mismatches(
    count: Int, known: CaptionedImages = .none, generator: RandomGenerator
  ) -> CaptionedImages {
    guard known.count > 0 else { return drawnMismatches(count: count, generator: generator) }
    var order = generator
    let chosen = known.captions.indices.shuffled(using: &order).prefix(count)
    let taken = CaptionedImages(
      captions: chosen.map { known.captions[$0] }, images: chosen.map { known.images[$0] })
    return taken.followed(
      by: drawnMismatches(count: count - taken.count, generator: order))
  }

  private func drawnMismatches(count: Int, generator: RandomGenerator) -> CaptionedImages {
    var generator = generator
    var drawnCaptions: [[Int32]] = []
    var drawnImages: [Int] = []
    for index in captions.indices.shuffled(using: &generator).prefix(count) {
      guard let image = otherImage(than: images[index], &generator) else { continue }
      drawnCaptions.append(captions[index])
      drawnImages.append(image)
    }
    return CaptionedImages(captions: drawnCaptions, images: drawnImages)
  }

  /// Nil when a hundred draws find no other content.
  private func otherImage(than own: Int, _ generator: inout RandomGenerator) -> Int? {
    for _ in 0..<100 {
      let image = images[Int.random(in: images.indices, using: &generator)]
      if image != own { return image }
    }
    return nil
  }
}

/// Batches of a pool in random order, shuffled and run through again when exhausted.
struct MetaBatches: Sendable {
  private let pool: MetaPool
  private let size: Int
  private var order: [Int]
  private var position = 0
  private var generator: RandomGenerator

  init(_ pool: MetaPool, size: Int, generator: RandomGenerator) {
    self.pool = pool
    self.size = size
    self.generator = generator
    order = Array(pool.labels.indices)
    order.shuffle(using: &self.generator)
  }

  mutating func next(_ source: any RegionSource) throws -> MetaBatch {
    if position >= order.count {
      order.shuffle(using: &generator)
      position = 0
    }
    let chosen = Array(order[position..<min(position + size, order.count)])
    position += size
    return MetaBatch(
      pairs: PairBatch(
        features: try source.features(ofImages: chosen.map { pool.pairs.images[$0] }),
        captions: chosen.map { pool.pairs.captions[$0] }),
      labels: chosen.map { pool.labels[$0] })
  }
}
