import Tensors

/// How the pairs of a batch are cut into tiles.
///
/// A graph judges each pair by itself, so its tiles follow the images, whose regions are multiplied
/// with many words at once. The filtration's BN_1 couples all images of a caption when a batch is
/// scored all against all, so there a tile is a whole column of the similarity matrix.
struct PairArrangement {
  let tiles: [PairTile]
  /// For each wanted pair its place among the pairs of all tiles; nil where they are the same.
  let places: [Int]?
  /// Whether each tile is a whole column.
  let hasColumns: Bool

  /// All images against all captions, wanted image by image.
  static func allPairs(
    images: Int, captions: Segments, _ kind: ReasoningKind
  ) -> PairArrangement {
    switch kind {
    case .graph:
      PairArrangement(
        tiles: PairTile.allPairs(
          images: images, captions: captions, wordRows: SimilarityNetwork.tileWords),
        places: nil, hasColumns: false)
    case .filtration:
      PairArrangement(
        tiles: (0..<captions.count).map { column($0, images: images, captions: captions) },
        places: (0..<images).flatMap { image in
          (0..<captions.count).map { $0 * images + image }
        }, hasColumns: true)
    }
  }

  /// Chosen pairs, each judged by itself.
  static func single(_ pairs: [ImageCaptionPair], captions: Segments) -> PairArrangement {
    PairArrangement(
      tiles: PairTile.cutting(
        pairs, captions: captions, wordRows: SimilarityNetwork.tileWords),
      places: nil, hasColumns: false)
  }

  /// Chosen pairs as parts of a batch that is scored all against all.
  static func chosen(
    _ pairs: [ImageCaptionPair], images: Int, captions: Segments, _ kind: ReasoningKind
  ) -> PairArrangement {
    guard kind == .filtration else { return single(pairs, captions: captions) }
    let columns = Set(pairs.map(\.caption)).sorted()
    let order = Dictionary(uniqueKeysWithValues: columns.enumerated().map { ($1, $0) })
    return PairArrangement(
      tiles: columns.map { column($0, images: images, captions: captions) },
      places: pairs.map { (order[$0.caption] ?? 0) * images + $0.image }, hasColumns: true)
  }

  private static func column(_ caption: Int, images: Int, captions: Segments) -> PairTile {
    PairTile(
      (0..<images).map { ImageCaptionPair(image: $0, caption: caption) }, captions: captions)
  }

  /// The rows of the wanted pairs, out of the rows of all tiles' pairs.
  func wanted(_ rows: Tensor) -> Tensor { places.map(rows.gatheringRows) ?? rows }

  /// The reverse of `wanted`: zero for pairs that are not wanted.
  func spread(_ gradient: Tensor) -> Tensor {
    guard let places else { return gradient }
    let count = tiles.reduce(0) { $0 + $1.pairs.count }
    var rows = Tensor.zeros([count, gradient.columns])
    rows.scatterAdd(gradient, toRows: places)
    return rows
  }
}
