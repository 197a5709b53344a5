import Layers
import Tensors

/// The alignment of a batch, prepared for its tiles: the weights packed, and the regions of each
/// image too where every image meets all captions.
struct PreparedAlignment: Sendable {
  let local: PackedLinear
  let global: PackedLinear
  let images: ImageEmbeddings
  let captions: CaptionEmbeddings
  let packedRegions: [PackedRegions]?

  /// - Parameter packsRegions: whether each image meets many words, so that packing pays.
  init(
    _ alignment: PairAlignment, _ images: ImageEmbeddings, _ captions: CaptionEmbeddings,
    packsRegions: Bool, workers: Workers
  ) {
    local = PackedLinear(alignment.local)
    global = PackedLinear(alignment.global)
    self.images = images
    self.captions = captions
    packedRegions =
      packsRegions
      ? workers.map(images.segments.count) { PackedRegions(images.regions(of: $0)) } : nil
  }

  /// What a tile's pass leaves behind for its derivatives.
  struct Tape: Sendable {
    let words: Tensor
    let scores: SegmentNormalizedColumns
    let attention: Tensor
    let context: NormalizedRows
    let localAlignment: NormalizedRows
    let imageGlobals: Tensor
    let captionGlobals: Tensor
    let globalAlignment: NormalizedRows
    /// The nodes of all pairs, each pair's global alignment first: [nodes, m].
    let nodes: Tensor
  }

  /// The nodes of a tile's pairs, without a tape: [nodes, m].
  func nodes(_ tile: PairTile) -> Tensor {
    let words = tile.words(of: captions.words)
    let scores = scores(words, tile)
    var difference = contexts(attention(scores), tile)
    difference.becomeSquaredDifference(ofNormalizedRowsFrom: words)
    return .interleaving(
      heads: globalAlignment(tile).output, tails: NormalizedRows(local(difference)).output,
      tile.words)
  }

  func forward(_ tile: PairTile) -> Tape {
    let words = tile.words(of: captions.words)
    let scores = scores(words, tile)
    let attention = attention(scores)
    let context = NormalizedRows(contexts(attention, tile))
    let localAlignment = NormalizedRows(local(context.output.squaredDifference(from: words)))
    let globalAlignment = globalAlignment(tile)
    return Tape(
      words: words, scores: scores, attention: attention, context: context,
      localAlignment: localAlignment, imageGlobals: images.globals.gatheringRows(tile.images),
      captionGlobals: captions.globals.gatheringRows(tile.captions),
      globalAlignment: globalAlignment,
      nodes: .interleaving(
        heads: globalAlignment.output, tails: localAlignment.output, tile.words))
  }

  private func scores(_ words: Tensor, _ tile: PairTile) -> SegmentNormalizedColumns {
    var scores = Tensor.stackingRows(
      tile.imageRuns.map { timesTransposedRegions(words[rows: $0.rows], $0.image) })
    scores.rectifyLeakily(slope: PairAlignment.leak)
    return SegmentNormalizedColumns(scores, tile.words)
  }

  private func attention(_ scores: SegmentNormalizedColumns) -> Tensor {
    var attention = scores.output
    attention.softmaxRows(sharpness: PairAlignment.sharpness)
    return attention
  }

  private func contexts(_ attention: Tensor, _ tile: PairTile) -> Tensor {
    .stackingRows(tile.imageRuns.map { timesRegions(attention[rows: $0.rows], $0.image) })
  }

  private func globalAlignment(_ tile: PairTile) -> NormalizedRows {
    NormalizedRows(
      global(
        images.globals.gatheringRows(tile.images).squaredDifference(
          from: captions.globals.gatheringRows(tile.captions))))
  }

  /// rows · Xᵀ for the regions X of an image.
  func timesTransposedRegions(_ rows: Tensor, _ image: Int) -> Tensor {
    if let packedRegions { return .product(rows, .asStored, packedRegions[image].transposed) }
    return .product(rows, .asStored, images.regions(of: image), .transposed)
  }

  /// rows · X for the regions X of an image.
  func timesRegions(_ rows: Tensor, _ image: Int) -> Tensor {
    if let packedRegions { return .product(rows, .asStored, packedRegions[image].asStored) }
    return .product(rows, .asStored, images.regions(of: image))
  }
}

/// The regions of an image as right operands of products.
struct PackedRegions: Sendable {
  /// X: [regions, d].
  let asStored: PackedMatrix
  /// Xᵀ: [d, regions].
  let transposed: PackedMatrix

  init(_ regions: Tensor) {
    asStored = PackedMatrix(regions)
    transposed = PackedMatrix(regions, .transposed)
  }
}

extension ImageEmbeddings {
  /// The regions of one image: [regions, d].
  func regions(of image: Int) -> Tensor { regions[rows: segments[image]] }
}
