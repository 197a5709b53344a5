import Tensors

/// All trusted pairs with label 1, and as many freshly drawn mismatches with label 0: harvested
/// captions drawn without replacement, each with a random harvested image that is not its own
/// content (design of MSCN, section 3.2).
struct MetaPool: Sendable {
  let pairs: CaptionedImages
  let labels: [Float]

  init(
    trusted: CaptionedImages, harvested: CaptionedImages, generator: RandomGenerator
  ) {
    var captions = trusted.captions
    var images = trusted.images
    let mismatches = harvested.mismatches(count: trusted.count, generator: generator)
    captions += mismatches.captions
    images += mismatches.images
    pairs = CaptionedImages(captions: captions, images: images)
    labels =
      Array(repeating: 1, count: trusted.count) + Array(repeating: 0, count: mismatches.count)
  }
}

extension CaptionedImages {
  /// Captions drawn without replacement, each with a random image of other content than its own.
  public func mismatches(count: Int, generator: RandomGenerator) -> CaptionedImages {
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
