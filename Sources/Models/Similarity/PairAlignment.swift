import Layers
import Tensors

/// Where image and caption meet (SGRAF, section 3.2): each word attends to the regions, and the
/// squared difference of word and attended context becomes a local alignment; the global vectors
/// give a global one.
///
///     a_rl = leakyReLU_0.1(x_r · q_l), l2-normalised over l for each r
///     c_l  = l2norm(Σ_r softmax_r(9 a_rl) x_r)
///     s_l  = l2norm(W_loc (c_l − q_l)² + b),  s_0 = l2norm(W_glo (v − t)² + b)
public struct PairAlignment: Parameterized {
  /// W_loc: [m, d].
  public var local: Linear
  /// W_glo: [m, d].
  public var global: Linear

  /// Slope of the leaky rectifier below zero.
  static let leak: Float = 0.1
  /// Inverse temperature of the attention over regions.
  static let sharpness: Float = 9

  /// Random initial weights.
  public init(_ configuration: SimilarityConfiguration, generator: inout RandomGenerator) {
    local = Linear(
      inputs: configuration.embedSize, outputs: configuration.similarityDimension,
      generator: &generator)
    global = Linear(
      inputs: configuration.embedSize, outputs: configuration.similarityDimension,
      generator: &generator)
  }

  /// Calls `visit` with each trainable tensor under its published name.
  public mutating func visitParameters(
    prefix: String, _ visit: (String, inout Tensor) throws -> Void
  ) rethrows {
    try local.visitParameters(prefix: prefix + "sim_enc.sim_tranloc_w.", visit)
    try global.visitParameters(prefix: prefix + "sim_enc.sim_tranglo_w.", visit)
  }

  /// What a tile's pass leaves behind for its derivatives.
  struct Tape: Sendable {
    let words: Tensor
    let leakyScores: Tensor
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

  func forward(_ tile: PairTile, _ images: ImageEmbeddings, _ captions: CaptionEmbeddings) -> Tape {
    let words = tile.words(of: captions.words)
    var leakyScores = Tensor.stackingRows(
      tile.imageRuns.map { run in
        .product(words[rows: run.rows], .asStored, images.regions(of: run.image), .transposed)
      })
    leakyScores.rectifyLeakily(slope: Self.leak)
    let scores = SegmentNormalizedColumns(leakyScores, tile.words)
    var attention = scores.output
    attention.softmaxRows(sharpness: Self.sharpness)
    let context = NormalizedRows(
      .stackingRows(
        tile.imageRuns.map { run in
          .product(attention[rows: run.rows], .asStored, images.regions(of: run.image))
        }))
    let localAlignment = NormalizedRows(local(context.output.squaredDifference(from: words)))

    let imageGlobals = images.globals.gatheringRows(tile.images)
    let captionGlobals = captions.globals.gatheringRows(tile.captions)
    let globalAlignment = NormalizedRows(
      global(imageGlobals.squaredDifference(from: captionGlobals)))
    return Tape(
      words: words, leakyScores: leakyScores, scores: scores, attention: attention,
      context: context, localAlignment: localAlignment, imageGlobals: imageGlobals,
      captionGlobals: captionGlobals, globalAlignment: globalAlignment,
      nodes: .interleaving(
        heads: globalAlignment.output, tails: localAlignment.output, tile.words))
  }

  /// Adds the gradients of the parameters and of both sides' embeddings.
  func reverse(
    _ tape: Tape, _ tile: PairTile, _ nodeGradient: Tensor, images: ImageEmbeddings,
    into gradient: inout PairAlignment, images imageGradient: inout ImageEmbeddings,
    captions captionGradient: inout CaptionEmbeddings
  ) {
    let (heads, tails) = nodeGradient.separatingHeads(tile.words)

    let globalGradient = tape.globalAlignment.jacobianProduct(heads)
    global.accumulateGradient(
      of: tape.imageGlobals.squaredDifference(from: tape.captionGlobals), globalGradient,
      into: &gradient.global)
    var imageSide = tape.imageGlobals.doubledDifference(
      from: tape.captionGlobals, times: global.inputGradient(globalGradient))
    imageGradient.globals.scatterAdd(imageSide, toRows: tile.images)
    imageSide.scale(by: -1)
    captionGradient.globals.scatterAdd(imageSide, toRows: tile.captions)

    let localGradient = tape.localAlignment.jacobianProduct(tails)
    local.accumulateGradient(
      of: tape.context.output.squaredDifference(from: tape.words), localGradient,
      into: &gradient.local)
    let contextGradient = tape.context.output.doubledDifference(
      from: tape.words, times: local.inputGradient(localGradient))
    var wordGradient = contextGradient
    wordGradient.scale(by: -1)

    let rawContextGradient = tape.context.jacobianProduct(contextGradient)
    let attentionGradient = Tensor.stackingRows(
      tile.imageRuns.map { run in
        .product(
          rawContextGradient[rows: run.rows], .asStored, images.regions(of: run.image),
          .transposed)
      })
    var scoreGradient = tape.scores.jacobianProduct(
      tape.attention.softmaxRowsJacobianProduct(attentionGradient, sharpness: Self.sharpness))
    scoreGradient.scaleLeakily(slope: Self.leak, whereNegative: tape.leakyScores)
    for run in tile.imageRuns {
      var regionGradient = Tensor.product(
        tape.attention[rows: run.rows], .transposed, rawContextGradient[rows: run.rows])
      regionGradient.addProduct(
        scoreGradient[rows: run.rows], .transposed, tape.words[rows: run.rows])
      imageGradient.regions.addRows(
        regionGradient, from: images.segments[run.image].lowerBound)
      wordGradient.addRows(
        .product(scoreGradient[rows: run.rows], .asStored, images.regions(of: run.image)),
        from: run.rows.lowerBound)
    }
    captionGradient.words.scatterAdd(wordGradient, toRows: tile.captionRows)
  }

  /// The tangent of the nodes along a direction of the parameters and of both embeddings.
  func tangent(
    _ tape: Tape, _ tile: PairTile, along direction: PairAlignment, images: ImageEmbeddings,
    images imageTangent: ImageEmbeddings, captions captionTangent: CaptionEmbeddings
  ) -> Tensor {
    let wordTangent = tile.words(of: captionTangent.words)
    var scoreTangent = Tensor.stackingRows(
      tile.imageRuns.map { run in
        var change = Tensor.product(
          wordTangent[rows: run.rows], .asStored, images.regions(of: run.image), .transposed)
        change.addProduct(
          tape.words[rows: run.rows], .asStored, imageTangent.regions(of: run.image),
          .transposed)
        return change
      })
    scoreTangent.scaleLeakily(slope: Self.leak, whereNegative: tape.leakyScores)
    let attentionTangent = tape.attention.softmaxRowsJacobianProduct(
      tape.scores.jacobianProduct(scoreTangent), sharpness: Self.sharpness)
    var contextTangent = tape.context.jacobianProduct(
      .stackingRows(
        tile.imageRuns.map { run in
          var change = Tensor.product(
            attentionTangent[rows: run.rows], .asStored, images.regions(of: run.image))
          change.addProduct(
            tape.attention[rows: run.rows], .asStored, imageTangent.regions(of: run.image))
          return change
        }))
    contextTangent.add(wordTangent, scaledBy: -1)
    let localTangent = tape.localAlignment.jacobianProduct(
      local.tangent(
        of: tape.context.output.squaredDifference(from: tape.words),
        tape.context.output.doubledDifference(from: tape.words, times: contextTangent),
        along: direction.local))

    var globalDifference = imageTangent.globals.gatheringRows(tile.images)
    globalDifference.add(captionTangent.globals.gatheringRows(tile.captions), scaledBy: -1)
    let globalTangent = tape.globalAlignment.jacobianProduct(
      global.tangent(
        of: tape.imageGlobals.squaredDifference(from: tape.captionGlobals),
        tape.imageGlobals.doubledDifference(from: tape.captionGlobals, times: globalDifference),
        along: direction.global))
    return .interleaving(heads: globalTangent, tails: localTangent, tile.words)
  }
}

extension ImageEmbeddings {
  /// The regions of one image: [regions, d].
  func regions(of image: Int) -> Tensor { regions[rows: segments[image]] }
}
