import Layers
import Tensors

extension PreparedAlignment {
  /// Adds the gradients of the parameters and of both sides' embeddings.
  func reverse(
    _ tape: Tape, _ tile: PairTile, _ nodeGradient: Tensor, into gradient: inout PairAlignment,
    images imageGradient: inout SomeImageGradients,
    captions captionGradient: inout CaptionEmbeddings
  ) {
    let (heads, tails) = nodeGradient.separatingHeads(tile.words)

    let globalGradient = tape.globalAlignment.jacobianProduct(heads)
    gradient.global.accumulateGradient(
      of: tape.imageGlobals.squaredDifference(from: tape.captionGlobals), globalGradient)
    let imageSide = tape.imageGlobals.doubledDifference(
      from: tape.captionGlobals, times: global.inputGradient(globalGradient))
    imageGradient.globals.scatterAdd(imageSide, toRows: imageGradient.rows(of: tile.images))
    captionGradient.globals.scatterAdd(imageSide, scaledBy: -1, toRows: tile.captions)

    let localGradient = tape.localAlignment.jacobianProduct(tails)
    gradient.local.accumulateGradient(
      of: tape.context.output.squaredDifference(from: tape.words), localGradient)
    let contextGradient = tape.context.output.doubledDifference(
      from: tape.words, times: local.inputGradient(localGradient))
    captionGradient.words.scatterAdd(contextGradient, scaledBy: -1, toRows: tile.captionRows)

    let rawContextGradient = tape.context.jacobianProduct(contextGradient)
    let attentionGradient = Tensor.stackingRows(
      tile.imageRuns.map {
        timesTransposedRegions(rawContextGradient[rows: $0.rows], $0.image)
      })
    var scoreGradient = tape.scores.jacobianProduct(
      tape.attention.softmaxRowsJacobianProduct(
        attentionGradient, sharpness: PairAlignment.sharpness))
    // Normalising keeps the sign that the leaky rectifier left.
    scoreGradient.scaleLeakily(slope: PairAlignment.leak, whereNegative: tape.scores.output)
    for run in tile.imageRuns {
      let regions = imageGradient.regionRows(of: run.image)
      let scores = scoreGradient[rows: run.rows]
      imageGradient.regions.addProduct(
        tape.attention[rows: run.rows], .transposed, rawContextGradient[rows: run.rows],
        toRows: regions)
      imageGradient.regions.addProduct(
        scores, .transposed, tape.words[rows: run.rows], toRows: regions)
      captionGradient.words.scatterAdd(
        timesRegions(scores, run.image), toRows: Array(tile.captionRows[run.rows]))
    }
  }

  /// The tangent of the nodes along a direction of the parameters and of both embeddings, which
  /// `direction` holds.
  func tangent(_ tape: Tape, _ tile: PairTile, along direction: PreparedAlignment) -> Tensor {
    let wordTangent = tile.words(of: direction.captions.words)
    var scoreTangent = Tensor.stackingRows(
      tile.imageRuns.map { run in
        timesTransposedRegions(wordTangent[rows: run.rows], run.image).adding(
          direction.timesTransposedRegions(tape.words[rows: run.rows], run.image))
      })
    scoreTangent.scaleLeakily(slope: PairAlignment.leak, whereNegative: tape.scores.output)
    let attentionTangent = tape.attention.softmaxRowsJacobianProduct(
      tape.scores.jacobianProduct(scoreTangent), sharpness: PairAlignment.sharpness)
    var contextTangent = tape.context.jacobianProduct(
      .stackingRows(
        tile.imageRuns.map { run in
          timesRegions(attentionTangent[rows: run.rows], run.image).adding(
            direction.timesRegions(tape.attention[rows: run.rows], run.image))
        }))
    contextTangent.add(wordTangent, scaledBy: -1)
    let localTangent = tape.localAlignment.jacobianProduct(
      local.tangent(
        of: tape.context.output.squaredDifference(from: tape.words),
        tape.context.output.doubledDifference(from: tape.words, times: contextTangent),
        along: direction.local))

    var globalDifference = direction.images.globals.gatheringRows(tile.images)
    globalDifference.add(
      direction.captions.globals.gatheringRows(tile.captions), scaledBy: -1)
    let globalTangent = tape.globalAlignment.jacobianProduct(
      global.tangent(
        of: tape.imageGlobals.squaredDifference(from: tape.captionGlobals),
        tape.imageGlobals.doubledDifference(from: tape.captionGlobals, times: globalDifference),
        along: direction.global))
    return .interleaving(heads: globalTangent, tails: localTangent, tile.words)
  }
}
