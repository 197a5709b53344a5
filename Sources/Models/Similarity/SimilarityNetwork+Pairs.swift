import Layers
import Tensors

/// What a pass over some pairs of a batch leaves behind for its derivatives.
public struct PairTape: Sendable {
  struct Part: Sendable {
    let alignment: PairAlignment.Tape
    let reasoning: FoldedGraphReasoning.Tape
  }

  let tiles: [PairTile]
  let parts: [Part]
  let folded: FoldedGraphReasoning

  /// The similarity vectors, in the order of the pairs: [pairs, m].
  public let vectors: Tensor
}

extension SimilarityNetwork {
  /// Sums over tiles are formed in this many groups, each in tile order, whatever the number of
  /// workers.
  static let reductionGroups = 8

  /// Tiles hold about this many words, so that what a tile computes stays in the second-level cache.
  static let tileWords = 384

  /// The similarity vectors of all pairs of a batch, image by image, without a tape.
  /// - Returns: [images · captions, m].
  public func similarityVectors(_ encoded: EncodedBatch, workers: Workers) -> Tensor {
    similarityVectors(images: encoded.images, captions: encoded.captions, workers: workers)
  }

  /// The similarity vectors of all images against all captions, image by image.
  /// - Returns: [images · captions, m].
  public func similarityVectors(
    images: ImageEmbeddings, captions: CaptionEmbeddings, workers: Workers
  ) -> Tensor {
    let tiles = PairTile.allPairs(
      images: images.segments.count, captions: captions.segments, wordRows: Self.tileWords)
    let folded = FoldedGraphReasoning(reasoning)
    return .stackingRows(
      workers.map(tiles.count) { index in
        let tile = tiles[index]
        let nodes = alignment.forward(tile, images, captions).nodes
        return folded.forward(nodes, tile.nodes).output
      }, columns: configuration.similarityDimension)
  }

  /// The similarity vectors of chosen pairs without a tape: [pairs, m].
  public func similarityVectors(
    of pairs: [ImageCaptionPair], _ encoded: EncodedBatch, workers: Workers
  ) -> Tensor {
    let tiles = PairTile.cutting(
      pairs, captions: encoded.captions.segments, wordRows: Self.tileWords)
    let folded = FoldedGraphReasoning(reasoning)
    return .stackingRows(
      workers.map(tiles.count) { index in
        let tile = tiles[index]
        let nodes = alignment.forward(tile, encoded.images, encoded.captions).nodes
        return folded.forward(nodes, tile.nodes).output
      }, columns: configuration.similarityDimension)
  }

  /// A pass over all pairs of a batch, image by image, that can be differentiated.
  public func recordAllPairs(_ encoded: EncodedBatch, workers: Workers) -> PairTape {
    record(
      PairTile.allPairs(
        images: encoded.images.segments.count, captions: encoded.captions.segments,
        wordRows: Self.tileWords),
      encoded, workers: workers)
  }

  /// A pass over chosen pairs that can be differentiated. Pairs that share an image should stand
  /// next to each other.
  public func record(
    _ pairs: [ImageCaptionPair], _ encoded: EncodedBatch, workers: Workers
  ) -> PairTape {
    record(
      PairTile.cutting(
        pairs, captions: encoded.captions.segments, wordRows: Self.tileWords),
      encoded, workers: workers)
  }

  private func record(
    _ tiles: [PairTile], _ encoded: EncodedBatch, workers: Workers
  ) -> PairTape {
    let folded = FoldedGraphReasoning(reasoning)
    let parts = workers.map(tiles.count) { index in
      let tile = tiles[index]
      let alignmentTape = alignment.forward(tile, encoded.images, encoded.captions)
      return PairTape.Part(
        alignment: alignmentTape,
        reasoning: folded.forward(alignmentTape.nodes, tile.nodes))
    }
    return PairTape(
      tiles: tiles, parts: parts, folded: folded,
      vectors: .stackingRows(
        parts.map(\.reasoning.output), columns: configuration.similarityDimension))
  }

  /// The gradient of all parameters from that of the similarity vectors.
  /// - Parameter vectorGradient: [pairs, m], in the order of the tape's pairs.
  public func gradient(
    _ tape: PairTape, _ encoded: EncodedBatch, vectorGradient: Tensor, workers: Workers
  ) -> SimilarityNetwork {
    let firstPairs = Segments(lengths: tape.tiles.map(\.pairs.count))
    let groups = min(Self.reductionGroups, max(tape.tiles.count, 1))
    let emptyAlignment = alignment.zeroed()
    let emptyReasoning = tape.folded.zeroed()
    let sums = workers.map(groups) { group in
      var sum = TileGradients(
        alignment: emptyAlignment, reasoning: emptyReasoning, images: encoded.images.zeroed(),
        captions: encoded.captions.zeroed())
      let count = tape.tiles.count
      for index in group * count / groups..<(group + 1) * count / groups {
        let nodeGradient = tape.folded.reverse(
          tape.parts[index].reasoning, vectorGradient[rows: firstPairs[index]],
          into: &sum.reasoning)
        alignment.reverse(
          tape.parts[index].alignment, tape.tiles[index], nodeGradient, images: encoded.images,
          into: &sum.alignment, images: &sum.images, captions: &sum.captions)
      }
      return sum
    }
    var total = sums[0]
    for sum in sums.dropFirst() { total.add(sum) }

    var gradient = zeroed()
    gradient.alignment = total.alignment
    total.reasoning.unfold(for: reasoning, into: &gradient.reasoning)
    imageEncoder.reverse(
      encoded.imageTape, total.images, into: &gradient.imageEncoder, workers: workers)
    captionEncoder.reverse(
      encoded.captionTape, total.captions, into: &gradient.captionEncoder, workers: workers)
    return gradient
  }

  /// The tangent of the similarity vectors along a direction of all parameters: [pairs, m].
  public func tangent(
    _ tape: PairTape, _ encoded: EncodedBatch, along direction: SimilarityNetwork,
    workers: Workers
  ) -> Tensor {
    let images = imageEncoder.tangent(
      encoded.imageTape, along: direction.imageEncoder, workers: workers)
    let captions = captionEncoder.tangent(
      encoded.captionTape, along: direction.captionEncoder, workers: workers)
    let foldedDirection = FoldedGraphReasoning(reasoning, along: direction.reasoning)
    return .stackingRows(
      workers.map(tape.tiles.count) { index in
        let nodeTangent = alignment.tangent(
          tape.parts[index].alignment, tape.tiles[index], along: direction.alignment,
          images: encoded.images, images: images, captions: captions)
        return tape.folded.tangent(
          tape.parts[index].reasoning, nodeTangent, along: foldedDirection)
      }, columns: configuration.similarityDimension)
  }
}

/// What the tiles of one group add up to.
private struct TileGradients: Sendable {
  var alignment: PairAlignment
  var reasoning: FoldedGraphReasoning
  var images: ImageEmbeddings
  var captions: CaptionEmbeddings

  mutating func add(_ other: TileGradients) {
    alignment.add(other.alignment)
    reasoning.add(other.reasoning)
    images.regions.add(other.images.regions)
    images.globals.add(other.images.globals)
    captions.words.add(other.captions.words)
    captions.globals.add(other.captions.globals)
  }
}
