import Tensors

/// Gradients of the embeddings of consecutive images of a batch: those that a group of tiles meets.
struct SomeImageGradients: Sendable {
  /// The images, by their place in the batch.
  let images: Range<Int>
  /// [regions of these images, d].
  var regions: Tensor
  /// [these images, d].
  var globals: Tensor
  private let segments: Segments
  private let firstRegion: Int

  /// Zeros for the images of some tiles.
  init(of tiles: ArraySlice<PairTile>, _ embeddings: ImageEmbeddings) {
    let places = tiles.lazy.flatMap { $0.imageRuns.map(\.image) }
    let first = places.min() ?? 0
    images = first..<(places.max().map { $0 + 1 } ?? first)
    segments = embeddings.segments
    firstRegion = segments.offsets[images.lowerBound]
    regions = .zeros([
      segments.offsets[images.upperBound] - firstRegion, embeddings.regions.columns,
    ])
    globals = .zeros([images.count, embeddings.globals.columns])
  }

  /// The rows of `globals` for images of the batch.
  func rows(of images: [Int]) -> [Int] { images.map { $0 - self.images.lowerBound } }

  /// The rows of `regions` for an image of the batch.
  func regionRows(of image: Int) -> Range<Int> {
    let rows = segments[image]
    return rows.lowerBound - firstRegion..<rows.upperBound - firstRegion
  }
}

extension ImageEmbeddings {
  /// Adds the gradients of some images to this gradient of all.
  mutating func add(_ some: SomeImageGradients) {
    regions.addRows(some.regions, from: segments.offsets[some.images.lowerBound])
    globals.addRows(some.globals, from: some.images.lowerBound)
  }
}
