import Tensors

extension CorrectedNetwork {
  /// Pairs are scored in fixed batches of this many, so that a resumed run repeats the same sums.
  public static let scoringBatch = 128

  /// The similarity of each caption with its own image, in evaluation mode: [pairs].
  ///
  /// An image that several captions of a batch share is encoded once.
  public func similarities(
    of pairs: CaptionedImages, _ source: any RegionSource, workers: Workers
  ) throws -> [Float] {
    var similarities: [Float] = []
    similarities.reserveCapacity(pairs.count)
    for start in stride(from: 0, to: pairs.count, by: Self.scoringBatch) {
      let range = start..<min(start + Self.scoringBatch, pairs.count)
      similarities += try batchSimilarities(
        captions: Array(pairs.captions[range]), images: Array(pairs.images[range]), source,
        workers: workers)
    }
    return similarities
  }

  /// The similarities of one batch of pairs: [pairs].
  public func batchSimilarities(
    captions: [[Int32]], images: [Int], _ source: any RegionSource, workers: Workers
  ) throws -> [Float] {
    var place: [Int: Int] = [:]
    var distinct: [Int] = []
    for image in images where place[image] == nil {
      place[image] = distinct.count
      distinct.append(image)
    }
    let batch = PairBatch(
      features: try source.features(ofImages: distinct), captions: captions)
    let encoded = similarity.encode(batch, mode: .evaluation, dropout: nil, workers: workers)
    let order = images.indices.sorted {
      (place[images[$0]] ?? 0, $0) < (place[images[$1]] ?? 0, $1)
    }
    let vectors = similarity.similarityVectors(
      of: order.map { ImageCaptionPair(image: place[images[$0]] ?? 0, caption: $0) }, encoded,
      workers: workers)
    let values = meta.forward(vectors, workers: workers).similarities
    var similarities = [Float](repeating: 0, count: images.count)
    for (position, index) in order.enumerated() { similarities[index] = values[position] }
    return similarities
  }

  /// S of all distinct images of some pairs against all their captions, in evaluation mode.
  /// - Parameter progress: told how many images are done, and of how many.
  /// - Returns: the matrix [images, captions], and each caption's row of its own image.
  public func retrievalMatrix(
    of pairs: CaptionedImages, _ source: any RegionSource, workers: Workers,
    progress: (Int, Int) -> Void = { _, _ in }
  ) throws -> (similarities: Tensor, imageOfCaption: [Int]) {
    var place: [Int: Int] = [:]
    var distinct: [Int] = []
    for image in pairs.images where place[image] == nil {
      place[image] = distinct.count
      distinct.append(image)
    }
    let captionBlocks = try stride(from: 0, to: pairs.count, by: 64).map { start in
      let range = start..<min(start + 64, pairs.count)
      return try encodedCaptions(
        Array(pairs.captions[range]), image: distinct[0], source, workers: workers)
    }
    var rows: [Float] = []
    rows.reserveCapacity(distinct.count * pairs.count)
    for start in stride(from: 0, to: distinct.count, by: 32) {
      let block = Array(distinct[start..<min(start + 32, distinct.count)])
      let images = similarity.encode(
        PairBatch(features: try source.features(ofImages: block), captions: [[1, 2]]),
        mode: .evaluation, dropout: nil, workers: workers
      ).images
      let parts = captionBlocks.map { captions in
        meta.forward(
          similarity.similarityVectors(
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

  private func encodedCaptions(
    _ captions: [[Int32]], image: Int, _ source: any RegionSource, workers: Workers
  ) throws -> CaptionEmbeddings {
    let batch = PairBatch(
      features: try source.features(ofImages: [image]), captions: captions)
    return similarity.encode(batch, mode: .evaluation, dropout: nil, workers: workers).captions
  }
}
