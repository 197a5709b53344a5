import Layers
import Tensors

/// What a pass over some pairs of a batch leaves behind for its derivatives.
///
/// Of a large batch with a large network that is many gigabytes. Beyond a limit the tiles' passes are
/// made again when their derivatives are asked for: the same bits for a third more work.
public struct PairTape: Sendable {
  /// What the pass over one tile leaves behind.
  struct Part: Sendable {
    let alignment: PreparedAlignment.Tape
    let reasoning: ReasoningTape
  }

  let arrangement: PairArrangement
  let alignment: PreparedAlignment
  let reasoning: PreparedReasoning
  /// What BN_1 of the filtration ran over, tile by tile.
  let norms: [ChannelNormalization]
  private let mode: Mode
  /// Nil where they are to be made again.
  private let parts: [Part]?

  /// The similarity vectors, in the order of the pairs: [pairs, m].
  public let vectors: Tensor

  /// More bytes than this are not kept.
  static let mostBytes = 1 << 30

  init(
    _ arrangement: PairArrangement, _ alignment: PreparedAlignment,
    _ reasoning: PreparedReasoning, mode: Mode, _ configuration: SimilarityConfiguration,
    mostBytes: Int = Self.mostBytes, workers: Workers
  ) {
    self.arrangement = arrangement
    self.alignment = alignment
    self.reasoning = reasoning
    self.mode = mode
    let keeps = Self.bytes(arrangement, configuration) <= mostBytes
    let passes = workers.map(arrangement.tiles.count) { index in
      let part = Self.part(arrangement, alignment, reasoning, mode, index)
      return (
        rows: part.reasoning.output, norms: part.reasoning.norms, part: keeps ? part : nil
      )
    }
    parts = keeps ? passes.compactMap(\.part) : nil
    norms = passes.flatMap(\.norms)
    vectors = arrangement.wanted(
      .stackingRows(passes.map(\.rows), columns: configuration.similarityDimension))
  }

  /// The pass over a tile.
  func part(_ index: Int) -> Part {
    parts?[index] ?? Self.part(arrangement, alignment, reasoning, mode, index)
  }

  private static func part(
    _ arrangement: PairArrangement, _ alignment: PreparedAlignment,
    _ reasoning: PreparedReasoning, _ mode: Mode, _ index: Int
  ) -> Part {
    let tile = arrangement.tiles[index]
    let aligned = alignment.forward(tile)
    return Part(
      alignment: aligned,
      reasoning: reasoning.forward(
        aligned.nodes, tile.nodes, isColumn: arrangement.hasColumns, mode: mode))
  }

  /// About what the parts hold: for each word of each pair its context, its scores and attention
  /// over the regions, and what each reasoning step makes of its node.
  private static func bytes(
    _ arrangement: PairArrangement, _ configuration: SimilarityConfiguration
  ) -> Int {
    let words = arrangement.tiles.reduce(0) { $0 + $1.captionRows.count }
    let perStep = 3 * configuration.similarityDimension
    let floats =
      configuration.embedSize + 2 * configuration.regions
      + 2 * configuration.similarityDimension + configuration.reasoningSteps * perStep
    return words * floats * MemoryLayout<Float>.stride
  }
}
