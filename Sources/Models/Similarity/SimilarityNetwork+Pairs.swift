import Layers
import Tensors

extension SimilarityNetwork {
  /// Sums over tiles are formed in this many groups, each in tile order, whatever the number of
  /// workers.
  static let reductionGroups = 8

  /// Tiles hold about this many words, so that what a tile computes stays near the processor.
  static let tileWords = 128

  /// The similarity vectors of all pairs of a batch, image by image, without a tape.
  /// - Returns: [images · captions, m], and what BN_1 ran over, in caption order.
  func similarityVectors(
    _ encoded: EncodedBatch, workers: Workers
  ) -> (vectors: Tensor, columnNorms: [ChannelNormalization]) {
    similarityVectors(
      images: encoded.images, captions: encoded.captions, mode: encoded.mode, workers: workers)
  }

  /// The similarity vectors of all images against all captions, image by image.
  /// - Returns: [images · captions, m], and what BN_1 ran over, in caption order.
  func similarityVectors(
    images: ImageEmbeddings, captions: CaptionEmbeddings, mode: Mode, workers: Workers
  ) -> (vectors: Tensor, columnNorms: [ChannelNormalization]) {
    let arrangement = PairArrangement.allPairs(
      images: images.segments.count, captions: captions.segments, configuration.reasoning)
    let alignment = PreparedAlignment(
      alignment, images, captions, packsRegions: true, workers: workers)
    let reasoning = PreparedReasoning(reasoning)
    let results = workers.map(arrangement.tiles.count) { index in
      let tile = arrangement.tiles[index]
      let tape = reasoning.forward(
        alignment.nodes(tile), tile.nodes, isColumn: arrangement.hasColumns, mode: mode)
      return (output: tape.output, norms: tape.norms)
    }
    let rows = Tensor.stackingRows(
      results.map(\.output), columns: configuration.similarityDimension)
    return (arrangement.wanted(rows), results.flatMap(\.norms))
  }

  /// The similarity vectors of chosen pairs, each judged by itself, without a tape: [pairs, m].
  public func similarityVectors(
    of pairs: [ImageCaptionPair], _ encoded: EncodedBatch, workers: Workers
  ) -> Tensor {
    similarityVectors(
      of: pairs, images: encoded.images, captions: encoded.captions, mode: encoded.mode,
      workers: workers)
  }

  /// The similarity vectors of chosen pairs, each judged by itself, without a tape: [pairs, m].
  func similarityVectors(
    of pairs: [ImageCaptionPair], images: ImageEmbeddings, captions: CaptionEmbeddings,
    mode: Mode, workers: Workers
  ) -> Tensor {
    let tiles = PairArrangement.single(pairs, captions: captions.segments).tiles
    let alignment = PreparedAlignment(
      alignment, images, captions, packsRegions: false, workers: workers)
    let reasoning = PreparedReasoning(reasoning)
    return .stackingRows(
      workers.map(tiles.count) { index in
        let tile = tiles[index]
        return reasoning.forward(
          alignment.nodes(tile), tile.nodes, isColumn: false, mode: mode
        ).output
      }, columns: configuration.similarityDimension)
  }

  /// A pass over all pairs of a batch, image by image, that can be differentiated.
  public func recordAllPairs(_ encoded: EncodedBatch, workers: Workers) -> PairTape {
    record(
      .allPairs(
        images: encoded.images.segments.count, captions: encoded.captions.segments,
        configuration.reasoning),
      encoded, packsRegions: true, workers: workers)
  }

  /// A pass over chosen pairs, as parts of a batch that is scored all against all, that can be
  /// differentiated. Pairs that share an image should stand next to each other.
  public func record(
    _ pairs: [ImageCaptionPair], _ encoded: EncodedBatch, workers: Workers
  ) -> PairTape {
    record(
      .chosen(
        pairs, images: encoded.images.segments.count, captions: encoded.captions.segments,
        configuration.reasoning),
      encoded, packsRegions: configuration.reasoning == .filtration, workers: workers)
  }

  /// A pass over each image with the caption of its index, each pair judged by itself, that can be
  /// differentiated.
  public func recordMatched(_ encoded: EncodedBatch, workers: Workers) -> PairTape {
    let pairs = (0..<encoded.images.segments.count).map { ImageCaptionPair(image: $0, caption: $0) }
    return record(
      .single(pairs, captions: encoded.captions.segments), encoded, packsRegions: false,
      workers: workers)
  }

  private func record(
    _ arrangement: PairArrangement, _ encoded: EncodedBatch, packsRegions: Bool, workers: Workers
  ) -> PairTape {
    let alignment = PreparedAlignment(
      alignment, encoded.images, encoded.captions, packsRegions: packsRegions, workers: workers)
    let reasoning = PreparedReasoning(reasoning)
    return PairTape(
      arrangement, alignment, reasoning, mode: encoded.mode, configuration, workers: workers)
  }

  /// The gradient of all parameters from that of the similarity vectors.
  /// - Parameter vectorGradient: [pairs, m], in the order of the tape's pairs.
  public func gradient(
    _ tape: PairTape, _ encoded: EncodedBatch, vectorGradient: Tensor, workers: Workers
  ) -> SimilarityNetwork {
    let tiles = tape.arrangement.tiles
    let firstPairs = Segments(lengths: tiles.map(\.pairs.count))
    let rowGradient = tape.arrangement.spread(vectorGradient)
    let groups = min(Self.reductionGroups, max(tiles.count, 1))
    let emptyAlignment = alignment.zeroed()
    let emptyReasoning = tape.reasoning.zeroed()
    let sums = workers.map(groups) { group in
      let indices = group * tiles.count / groups..<(group + 1) * tiles.count / groups
      var sum = TileGradients(
        alignment: emptyAlignment, reasoning: emptyReasoning,
        images: SomeImageGradients(of: tiles[indices], encoded.images),
        captions: encoded.captions.zeroed())
      for index in indices {
        let part = tape.part(index)
        let nodeGradient = tape.reasoning.reverse(
          part.reasoning, rowGradient[rows: firstPairs[index]], into: &sum.reasoning)
        tape.alignment.reverse(
          part.alignment, tiles[index], nodeGradient, into: &sum.alignment,
          images: &sum.images, captions: &sum.captions)
      }
      return sum
    }
    var gradient = zeroed()
    var reasoningGradient = emptyReasoning
    var imageGradient = encoded.images.zeroed()
    var captionGradient = encoded.captions.zeroed()
    for sum in sums {
      gradient.alignment.add(sum.alignment)
      reasoningGradient.add(sum.reasoning)
      imageGradient.add(sum.images)
      captionGradient.words.add(sum.captions.words, workers: workers)
      captionGradient.globals.add(sum.captions.globals)
    }
    reasoningGradient.unfold(for: reasoning, into: &gradient.reasoning)
    imageEncoder.reverse(
      encoded.imageTape, imageGradient, into: &gradient.imageEncoder, workers: workers)
    captionEncoder.reverse(
      encoded.captionTape, captionGradient, into: &gradient.captionEncoder, workers: workers)
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
    let alignmentDirection = PreparedAlignment(
      direction.alignment, images, captions, packsRegions: false, workers: workers)
    let reasoningDirection = PreparedReasoning(reasoning, along: direction.reasoning)
    let tiles = tape.arrangement.tiles
    let rows = Tensor.stackingRows(
      workers.map(tiles.count) { index in
        let part = tape.part(index)
        let nodeTangent = tape.alignment.tangent(
          part.alignment, tiles[index], along: alignmentDirection)
        return tape.reasoning.tangent(part.reasoning, nodeTangent, along: reasoningDirection)
      }, columns: configuration.similarityDimension)
    return tape.arrangement.wanted(rows)
  }
}

/// What the tiles of one group add up to.
private struct TileGradients: Sendable {
  var alignment: PairAlignment
  var reasoning: FoldedReasoning
  var images: SomeImageGradients
  var captions: CaptionEmbeddings
}
