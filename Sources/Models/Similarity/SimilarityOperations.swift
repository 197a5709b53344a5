import Tensors

/// How many floating-point operations the passes of a similarity network execute, counted from the
/// shapes alone.
///
/// Products only, a multiplication and an addition counting one each: [r, i] · [i, c] costs 2 r i c.
/// Elementwise work, norms, softmax and optimiser are not counted. What is counted is what Winnow
/// does, not what the formulas of the paper would cost: folded queries and keys, one row of the last
/// reasoning step.
///
/// A reverse pass and a tangent pass each execute two products for each one of the forward pass,
/// except where the input has no derivative: the region features.
public struct SimilarityOperations: Sendable {
  /// The sizes of the network.
  public let configuration: SimilarityConfiguration

  /// A count for networks of these sizes.
  public init(_ configuration: SimilarityConfiguration) { self.configuration = configuration }

  private var d: Int { configuration.embedSize }
  private var m: Int { configuration.similarityDimension }

  static func product(_ rows: Int, _ inner: Int, _ columns: Int) -> Int {
    2 * rows * inner * columns
  }

  /// Region features to the shared space.
  func projection(images: Int) -> Int {
    Self.product(images * configuration.regions, configuration.regionDimension, d)
  }

  /// Self-attention pooling: two projections, the dot products, the weighted sums.
  func pooling(rows: Int, segments: Int) -> Int {
    Self.product(rows, d, d) + Self.product(segments, d, d) + 2 * Self.product(rows, d, 1)
  }

  /// Both directions of the GRU: inputs to three gates each.
  func recurrenceInputs(words: Int) -> Int {
    2 * Self.product(words, configuration.wordDimension, 3 * d)
  }

  /// Both directions of the GRU: states to three gates each. Captions begin from zero.
  func recurrenceStates(words: Int, captions: Int) -> Int {
    2 * Self.product(words - captions, d, 3 * d)
  }

  /// Images and captions to the shared space.
  public func encoding(images: Int, captionLengths: [Int]) -> Int {
    tabulatedEncoding(images: images, captionLengths: captionLengths)
      + recurrenceInputs(words: captionLengths.reduce(0, +))
  }

  /// As `encoding`, where the words' gates are known.
  func tabulatedEncoding(images: Int, captionLengths: [Int]) -> Int {
    let words = captionLengths.reduce(0, +)
    return projection(images: images)
      + pooling(rows: images * configuration.regions, segments: images)
      + recurrenceStates(words: words, captions: captionLengths.count)
      + pooling(rows: words, segments: captionLengths.count)
  }

  /// The reverse or the tangent pass of `encoding`.
  public func encodingDerivative(images: Int, captionLengths: [Int]) -> Int {
    2 * encoding(images: images, captionLengths: captionLengths) - projection(images: images)
  }

  /// From encoded pairs to their similarity vectors; the derivatives cost twice as much.
  /// - Parameter lengths: words of each pair's caption.
  public func pairs(lengths: [Int]) -> Int {
    let words = lengths.reduce(0, +)
    let alignment =
      2 * Self.product(words, configuration.regions, d) + Self.product(words, d, m)
      + Self.product(lengths.count, d, m)
    let nodes = words + lengths.count
    switch configuration.reasoning {
    case .graph:
      let edges = lengths.reduce(0) { $0 + ($1 + 1) * ($1 + 1) }
      let step = 2 * Self.product(nodes, m, m) + 2 * Self.product(edges, m, 1)
      let head = 2 * Self.product(lengths.count, m, m) + 2 * Self.product(nodes, m, 1)
      return alignment + (configuration.reasoningSteps - 1) * step + head
    case .filtration:
      return alignment + 2 * Self.product(nodes, m, 1)
    }
  }

  /// Folding queries and keys of the reasoning, once a pass; the derivatives cost twice as much.
  public var folding: Int {
    guard configuration.reasoning == .graph else { return 0 }
    return configuration.reasoningSteps * (Self.product(m, m, m) + Self.product(1, m, m))
  }
}
