import Testing

@testable import Models

/// Counts of a network so small that they can be worked out by hand.
@Suite struct SimilarityOperationsTests {
  static func tiny(_ reasoning: ReasoningKind) -> SimilarityConfiguration {
    SimilarityConfiguration(
      regionDimension: 2, regions: 3, vocabularySize: 9, wordDimension: 2, embedSize: 4,
      similarityDimension: 2, reasoning: reasoning, reasoningSteps: 2, metaHidden: 3)
  }

  @Test func encodingOfOneImageAndTwoWords() {
    let operations = SimilarityOperations(Self.tiny(.graph))
    // Three regions of 2 numbers to 4: 2 · 3 · 2 · 4.
    #expect(operations.projection(images: 1) == 48)
    // Regions 2 · 3 · 4 · 4, their mean 2 · 1 · 4 · 4, dots and sums 2 · 3 · 4 each.
    #expect(operations.pooling(rows: 3, segments: 1) == 96 + 32 + 24 + 24)
    // Each direction: inputs 2 · 2 · 2 · 12, the second word's state 2 · 1 · 4 · 12.
    #expect(operations.recurrenceInputs(words: 2) == 2 * 96)
    #expect(operations.recurrenceStates(words: 2, captions: 1) == 2 * 96)
    // The words' pooling: 2 · 2 · 4 · 4, 2 · 1 · 4 · 4, twice 2 · 2 · 4.
    #expect(operations.encoding(images: 1, captionLengths: [2]) == 48 + 176 + 384 + 128)
    #expect(operations.tabulatedEncoding(images: 1, captionLengths: [2]) == 48 + 176 + 192 + 128)
    #expect(operations.encodingDerivative(images: 1, captionLengths: [2]) == 2 * 736 - 48)
  }

  @Test func onePairOfTwoWordsByGraph() {
    let operations = SimilarityOperations(Self.tiny(.graph))
    // Scores and contexts 2 · 2 · 3 · 4 each, local 2 · 2 · 4 · 2, global 2 · 1 · 4 · 2.
    let alignment = 48 + 48 + 32 + 16
    // Three nodes: edges and output 2 · 3 · 2 · 2 each, nine attentions twice 2 · 9 · 2.
    let first = 24 + 24 + 36 + 36
    // One node: 2 · 1 · 2 · 2 each, its attention to three nodes twice 2 · 3 · 2.
    let last = 8 + 8 + 12 + 12
    #expect(operations.pairs(lengths: [2]) == alignment + first + last)
    #expect(operations.pairs(lengths: [2, 2]) == 2 * (alignment + first + last))
    // Two steps: 2 · 2 · 2 · 2 for the weight, 2 · 1 · 2 · 2 for the bias.
    #expect(operations.folding == 2 * (16 + 8))
  }

  @Test func onePairOfTwoWordsByFiltration() {
    let operations = SimilarityOperations(Self.tiny(.filtration))
    #expect(operations.pairs(lengths: [2]) == 144 + 12 + 12)
    #expect(operations.folding == 0)
  }
}
