import Tensors

/// All trusted pairs with label 1, and as many freshly drawn mismatches with label 0: harvested
/// captions drawn without replacement, each with a random harvested image that is not its own
/// content (design of MSCN, section 3.2).
struct MetaPool: Sendable {
  let pairs: CaptionedImages
  let labels: [Float]

  init(
    trusted: CaptionedImages, harvested: CaptionedImages, generator: inout RandomGenerator
  ) {
    var captions = trusted.captions
    var images = trusted.images
    let drawn = Array(harvested.captions.indices.shuffled(using: &generator).prefix(trusted.count))
    var mismatches = 0
    for index in drawn {
      guard
        let image = Self.otherImage(than: harvested.images[index], harvested, &generator)
      else { continue }
      captions.append(harvested.captions[index])
      images.append(image)
      mismatches += 1
    }
    pairs = CaptionedImages(captions: captions, images: images)
    labels =
      Array(repeating: 1, count: trusted.count) + Array(repeating: 0, count: mismatches)
  }

  /// A random harvested image of other content; nil when a hundred draws find none.
  private static func otherImage(
    than own: Int, _ harvested: CaptionedImages, _ generator: inout RandomGenerator
  ) -> Int? {
    for _ in 0..<100 {
      let image = harvested.images[Int.random(in: harvested.images.indices, using: &generator)]
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
