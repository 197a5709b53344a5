import Tensors

/// A network made ready to score many pairs in evaluation mode: what depends on a word alone is
/// computed once, not once a pair.
public struct PairScorer: Sendable {
  /// Pairs are scored in fixed batches of this many, so that a resumed run repeats the same sums.
  public static let batch = 128

  private let network: CorrectedNetwork
  private let captionEncoder: PreparedCaptionEncoder
  private let workers: Workers

  /// A scorer of a network as it is now.
  public init(_ network: CorrectedNetwork, workers: Workers) {
    self.network = network
    self.workers = workers
    captionEncoder = PreparedCaptionEncoder(network.similarity.captionEncoder, workers: workers)
  }

  /// The similarity of each caption with its own image: [pairs].
  ///
  /// An image that several captions of a batch share is encoded once.
  public func similarities(
    of pairs: CaptionedImages, _ source: any RegionSource
  ) throws -> [Float] {
    var similarities: [Float] = []
    similarities.reserveCapacity(pairs.count)
    for start in stride(from: 0, to: pairs.count, by: Self.batch) {
      let range = start..<min(start + Self.batch, pairs.count)
      similarities += try batchSimilarities(
        captions: Array(pairs.captions[range]), images: Array(pairs.images[range]), source)
    }
    return similarities
  }

  private func batchSimilarities(
    captions: [[Int32]], images: [Int], _ source: any RegionSource
  ) throws -> [Float] {
    let (distinct, place) = Self.distinct(images)
    let order = images.indices.sorted {
      (place[images[$0]] ?? 0, $0) < (place[images[$1]] ?? 0, $1)
    }
    let vectors = network.similarity.similarityVectors(
      of: order.map { ImageCaptionPair(image: place[images[$0]] ?? 0, caption: $0) },
      images: try embeddings(ofImages: distinct, source),
      captions: captionEncoder.embeddings(of: CaptionBatch(captions), workers: workers),
      mode: .evaluation, workers: workers)
    let values = network.meta.forward(vectors, workers: workers).similarities
    var similarities = [Float](repeating: 0, count: images.count)
    for (position, index) in order.enumerated() { similarities[index] = values[position] }
    return similarities
  }

  /// S of all distinct images of some pairs against all their captions.
  /// - Parameter progress: told how many images are done, and of how many.
  /// - Returns: the matrix [images, captions], and each caption's row of its own image.
  public func retrievalMatrix(
    of pairs: CaptionedImages, _ source: any RegionSource,
    progress: (Int, Int) -> Void = { _, _ in }
  ) throws -> (similarities: Tensor, imageOfCaption: [Int]) {
    let (distinct, place) = Self.distinct(pairs.images)
    let captionBlocks = stride(from: 0, to: pairs.count, by: 64).map { start in
      captionEncoder.embeddings(
        of: CaptionBatch(Array(pairs.captions[start..<min(start + 64, pairs.count)])),
        workers: workers)
    }
    var rows: [Float] = []
    rows.reserveCapacity(distinct.count * pairs.count)
    for start in stride(from: 0, to: distinct.count, by: 32) {
      let block = Array(distinct[start..<min(start + 32, distinct.count)])
      let images = try embeddings(ofImages: block, source)
      let parts = captionBlocks.map { captions in
        network.meta.forward(
          network.similarity.similarityVectors(
            images: images, captions: captions, mode: .evaluation, workers: workers
          ).vectors,
          workers: workers
        ).similarities.reshaped([block.count, captions.segments.count])
      }
      for row in block.indices {
        for part in parts { rows += part[rows: row..<row + 1].elements }
      }
      progress(start + block.count, distinct.count)
    }
    return (
      Tensor(rows, shape: [distinct.count, pairs.count]), pairs.images.map { place[$0] ?? 0 }
    )
  }

  private func embeddings(
    ofImages images: [Int], _ source: any RegionSource
  ) throws -> ImageEmbeddings {
    network.similarity.imageEncoder.forward(
      try source.features(ofImages: images), mode: .evaluation, dropout: nil, workers: workers
    ).output
  }

  /// Images in the order of their first appearance, and the place of each.
  private static func distinct(_ images: [Int]) -> (images: [Int], place: [Int: Int]) {
    var place: [Int: Int] = [:]
    var distinct: [Int] = []
    for image in images where place[image] == nil {
      place[image] = distinct.count
      distinct.append(image)
    }
    return (distinct, place)
  }
}
