import Layers
import Tensors

/// A caption encoder made ready for many captions in evaluation mode: what depends on a word alone is
/// computed once a vocabulary, in 24 · d bytes a word, or where that is more than 256 MiB once a batch.
struct PreparedCaptionEncoder: Sendable {
  private let recurrence: TabulatedBidirectionalGRU
  private let pooling: SelfAttentionPooling

  init(_ encoder: CaptionEncoder, workers: Workers) {
    recurrence = TabulatedBidirectionalGRU(
      encoder.recurrence, words: encoder.embedding, workers: workers)
    pooling = encoder.pooling
  }

  /// What `CaptionEncoder.forward` gives in evaluation mode, to rounding.
  func embeddings(of batch: CaptionBatch, workers: Workers) -> CaptionEmbeddings {
    let states = recurrence.states(of: batch.words, batch.segments, workers: workers)
    let words = NormalizedRows(states, workers: workers)
    let pooling = pooling.forward(
      words.output, batch.segments, mode: .evaluation, dropout: nil, workers: workers)
    return CaptionEmbeddings(
      words: words.output, globals: pooling.output, segments: batch.segments)
  }
}
