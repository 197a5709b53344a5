import Layers
import Tensors

/// What each word of a caption finds in a picture.
public struct WordGrounding: Sendable {
  /// How a word's attention is spread over the regions, the mean of the networks: [words, regions],
  /// each row sums to one.
  public let attention: Tensor
  /// The cosine of each word and the context that it attends to, the mean of the networks: [words],
  /// in [−1, 1].
  public let cosines: Tensor
}

/// Networks made ready to say why they find pairs similar, in evaluation mode: where words look, and
/// what else fits.
///
/// What it gives for a picture or a caption does not depend on what it was asked before, nor on how
/// many threads ask.
public struct PairExplainer: Sendable {
  private let networks: [CorrectedNetwork]
  private let captionEncoders: [PreparedCaptionEncoder]

  /// An explainer of networks as they are now, which agree on the sizes of what they read.
  public init(_ networks: [CorrectedNetwork], workers: Workers) {
    self.networks = networks
    captionEncoders = networks.map {
      PreparedCaptionEncoder($0.similarity.captionEncoder, workers: workers)
    }
  }

  /// Numbers of a pooled vector.
  public var pooledWidth: Int {
    networks.reduce(0) { $0 + $1.similarity.configuration.embedSize }
  }

  /// One vector for each picture: the global vectors of the networks, pooled from its regions by
  /// self-attention, side by side.
  ///
  /// - Parameter features: [images, regions, regionDimension].
  /// - Returns: [images, pooledWidth].
  public func pooledImages(_ features: Tensor) -> Tensor {
    Self.joined(
      networks.map { network in
        network.similarity.imageEncoder.forward(
          features, mode: .evaluation, dropout: nil, workers: .single
        ).output.globals
      })
  }

  /// One vector for each caption: the global vectors of the networks, pooled from its words by
  /// self-attention, side by side.
  ///
  /// - Parameter captions: vocabulary indices of each caption.
  /// - Returns: [captions, pooledWidth].
  public func pooledCaptions(_ captions: [[Int32]]) -> Tensor {
    let batch = CaptionBatch(captions)
    return Self.joined(captionEncoders.map { $0.embeddings(of: batch, workers: .single).globals })
  }

  private static func joined(_ parts: [Tensor]) -> Tensor {
    let rows = parts[0].rows
    return Tensor(
      (0..<rows).flatMap { row in parts.flatMap { $0[rows: row..<row + 1].elements } },
      shape: [rows, parts.reduce(0) { $0 + $1.columns }])
  }

  /// The mean of the networks' similarities of all pictures with all captions: [images, captions].
  ///
  /// - Parameters:
  ///   - features: [images, regions, regionDimension].
  ///   - captions: vocabulary indices of each caption.
  public func similarities(_ features: Tensor, _ captions: [[Int32]]) -> Tensor {
    let batch = CaptionBatch(captions)
    var sum = Tensor.zeros([features.shape[0], captions.count])
    for (network, encoder) in zip(networks, captionEncoders) {
      let vectors = network.similarity.similarityVectors(
        images: network.similarity.imageEncoder.forward(
          features, mode: .evaluation, dropout: nil, workers: .single
        ).output,
        captions: encoder.embeddings(of: batch, workers: .single), mode: .evaluation,
        workers: .single
      ).vectors
      sum.add(network.meta.forward(vectors).similarities.reshaped(sum.shape))
    }
    sum.scale(by: 1 / Float(networks.count))
    return sum
  }

  /// Where the words of a caption look in a picture, and how well they are found there. `<start>` and
  /// `<end>`, which take part in the attention, are left out.
  ///
  /// - Parameters:
  ///   - features: [regions, regionDimension].
  ///   - caption: vocabulary indices, `<start>` and `<end>` included.
  public func grounding(_ features: Tensor, _ caption: [Int32]) -> WordGrounding {
    let features = features.reshaped([1] + features.shape.suffix(2))
    let batch = CaptionBatch([caption])
    let tile = PairTile([ImageCaptionPair(image: 0, caption: 0)], captions: batch.segments)
    let words = 1..<max(caption.count - 1, 1)
    var attention = Tensor.zeros([words.count, features.shape[1]])
    var cosines = Tensor.zeros([words.count])
    for (network, encoder) in zip(networks, captionEncoders) {
      let images = network.similarity.imageEncoder.forward(
        features, mode: .evaluation, dropout: nil, workers: .single
      ).output
      let tape = PreparedAlignment(
        network.similarity.alignment, images,
        encoder.embeddings(of: batch, workers: .single), packsRegions: false, workers: .single
      ).forward(tile)
      attention.add(tape.attention[rows: words])
      let each = Segments(repeating: 1, count: caption.count)
      cosines.add(
        tape.words.segmentDots(with: tape.context.output, each)
          .reshaped([caption.count, 1])[rows: words].reshaped([words.count]))
    }
    let share = 1 / Float(networks.count)
    attention.scale(by: share)
    cosines.scale(by: share)
    return WordGrounding(attention: attention, cosines: cosines)
  }
}
