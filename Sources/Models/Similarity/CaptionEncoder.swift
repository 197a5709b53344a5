import Layers
import Tensors

/// Captions of a batch as vocabulary indices.
public struct CaptionBatch: Sendable {
  /// The word indices of all captions, one after the other, `<start>` and `<end>` included.
  public let words: [Int]
  /// Which words belong to which caption.
  public let segments: Segments

  /// - Parameter captions: vocabulary indices of each caption.
  public init(_ captions: [[Int32]]) {
    words = captions.flatMap { $0.map(Int.init) }
    segments = Segments(lengths: captions.map(\.count))
  }
}

/// Words of a batch of captions in the shared space, and each caption's global vector.
public struct CaptionEmbeddings: Sendable {
  /// Unit vectors: [words, d].
  public var words: Tensor
  /// Unit vectors: [captions, d].
  public var globals: Tensor
  /// Which rows belong to which caption.
  public let segments: Segments

  /// Zeros of the same shapes: an empty gradient.
  func zeroed() -> CaptionEmbeddings {
    CaptionEmbeddings(
      words: .zeros(words.shape), globals: .zeros(globals.shape), segments: segments)
  }
}

/// Word embedding, bidirectional GRU, l2norm per word, and the self-attention pooling of a
/// caption's words (SGRAF, sections 3.1 and 3.2).
public struct CaptionEncoder: Parameterized {
  /// [vocabulary, wordDimension].
  public var embedding: Tensor
  /// Words in their context: [words, d].
  public var recurrence: BidirectionalGRU
  /// Words to one global vector.
  public var pooling: SelfAttentionPooling

  /// Embeddings begin uniform in ±0.1.
  public init(_ configuration: SimilarityConfiguration, generator: inout RandomGenerator) {
    embedding = generator.uniform(
      [configuration.vocabularySize, configuration.wordDimension], bound: 0.1)
    recurrence = BidirectionalGRU(
      inputs: configuration.wordDimension, width: configuration.embedSize,
      generator: &generator)
    pooling = SelfAttentionPooling(width: configuration.embedSize, generator: &generator)
  }

  /// Calls `visit` with each trainable tensor under its published name.
  public mutating func visitParameters(
    prefix: String, _ visit: (String, inout Tensor) throws -> Void
  ) rethrows {
    try visit(prefix + "txt_enc.embed.weight", &embedding)
    try recurrence.visitParameters(prefix: prefix + "txt_enc.cap_rnn.", visit)
    try pooling.visitParameters(prefix: prefix + "sim_enc.t_global_w.", visit)
  }

  /// What a pass leaves behind for its derivatives.
  public struct Tape: Sendable {
    let batch: CaptionBatch
    let embeddingDropout: Tensor?
    let recurrence: BidirectionalGRU.Tape
    let words: NormalizedRows
    let pooling: SelfAttentionPooling.Tape

    /// The embeddings that the pass computed.
    public var output: CaptionEmbeddings {
      CaptionEmbeddings(
        words: words.output, globals: pooling.output, segments: batch.segments)
    }
  }

  /// - Parameters:
  ///   - embeddingDropout: mask over the embedded words: [words, wordDimension].
  ///   - poolingDropout: masks in the pooling.
  public func forward(
    _ batch: CaptionBatch, mode: Mode, embeddingDropout: Tensor?,
    poolingDropout: PoolingDropout?, workers: Workers
  ) -> Tape {
    var embedded = embedding.gatheringRows(batch.words)
    if let embeddingDropout { embedded.multiply(by: embeddingDropout) }
    let recurrence = recurrence.run(embedded, batch.segments, workers: workers)
    let words = NormalizedRows(recurrence.output, workers: workers)
    let pooling = pooling.forward(
      words.output, batch.segments, mode: mode, dropout: poolingDropout, workers: workers)
    return Tape(
      batch: batch, embeddingDropout: embeddingDropout, recurrence: recurrence, words: words,
      pooling: pooling)
  }

  /// Adds the gradients of the parameters.
  public func reverse(
    _ tape: Tape, _ outputGradient: CaptionEmbeddings, into gradient: inout CaptionEncoder,
    workers: Workers
  ) {
    var wordGradient = pooling.reverse(
      tape.pooling, outputGradient.globals, into: &gradient.pooling, workers: workers)
    wordGradient.add(outputGradient.words, workers: workers)
    var embeddedGradient = recurrence.reverse(
      tape.recurrence, tape.words.jacobianProduct(wordGradient, workers: workers),
      into: &gradient.recurrence, workers: workers)
    if let dropout = tape.embeddingDropout { embeddedGradient.multiply(by: dropout) }
    gradient.embedding.scatterAdd(embeddedGradient, toRows: tape.batch.words)
  }

  /// The tangent of the embeddings along a direction of the parameters.
  public func tangent(
    _ tape: Tape, along direction: CaptionEncoder, workers: Workers
  ) -> CaptionEmbeddings {
    var embedded = direction.embedding.gatheringRows(tape.batch.words)
    if let dropout = tape.embeddingDropout { embedded.multiply(by: dropout) }
    let states = recurrence.tangent(
      tape.recurrence, embedded, along: direction.recurrence, workers: workers)
    let words = tape.words.jacobianProduct(states, workers: workers)
    let globals = pooling.tangent(tape.pooling, words, along: direction.pooling, workers: workers)
    return CaptionEmbeddings(words: words, globals: globals, segments: tape.batch.segments)
  }
}
