import Foundation
import Tensors
import TestSupport
import Testing

@testable import Models

@Suite struct SimilarityApproximationTests {
  @Test func theFactorSolvesItsSystem() {
    // K = G Gᵀ + I.
    let size = 9
    var generator = RandomGenerator(seed: 4)
    let root = generator.uniform([size, size], bound: 1).elements.map(Double.init)
    var matrix = [Double](repeating: 0, count: size * size)
    for row in 0..<size {
      for column in 0..<size {
        for index in 0..<size {
          matrix[row * size + column] += root[row * size + index] * root[column * size + index]
        }
      }
      matrix[row * size + row] += 1
    }
    let wanted = (0..<3).map { row in (0..<size).map { Double(row) - 0.3 * Double($0) } }
    let right = wanted.map { solution in
      (0..<size).map { column in
        (0..<size).reduce(0.0) { $0 + solution[$1] * matrix[$1 * size + column] }
      }
    }
    let found = CholeskyFactor(matrix, size: size).solve(right, workers: Workers(2))
    for (row, expected) in zip(found, wanted) {
      #expect(zip(row, expected).allSatisfy { abs($0 - $1) < 1e-10 })
    }
  }

  /// Points whose similarity is a function of their differences, as a network's is: the cosine of the
  /// two says nothing of it.
  private static func points(_ count: Int, seed: UInt64) -> Tensor {
    var generator = RandomGenerator(seed: seed)
    return generator.uniform([count, 6], bound: 1)
  }

  private static func similarities(_ images: Tensor, _ captions: Tensor) -> Tensor {
    Tensor(
      (0..<images.rows).flatMap { image in
        (0..<captions.rows).map { caption in
          let shift = (0..<6).reduce(Float(0)) {
            let gap = images[image, $1] - captions[caption, 5 - $1] - 0.3
            return $0 + gap * gap
          }
          return 1 / (1 + exp(shift - 2))
        }
      }, shape: [images.rows, captions.rows])
  }

  @Test func whatWasNotSampledIsRankedAsTheNetworksWould() {
    let (images, captions) = (Self.points(150, seed: 1), Self.points(140, seed: 2))
    let approximation = SimilarityApproximation(
      images: images, captions: captions, similarities: Self.similarities(images, captions),
      workers: Workers(2))
    let (otherImages, otherCaptions) = (Self.points(40, seed: 3), Self.points(200, seed: 4))
    let truth = Self.similarities(otherImages, otherCaptions)
    let guess = Tensor.product(
      approximation.imageVectors(otherImages), .asStored,
      approximation.captionVectors(otherCaptions), .transposed)
    #expect(guess.shape == [40, 200] && approximation.width == 140)
    func best(_ tensor: Tensor, _ row: Int, _ count: Int) -> Set<Int> {
      let line = tensor[rows: row..<row + 1].elements
      return Set(line.indices.sorted { line[$0] > line[$1] }.prefix(count))
    }
    let found = (0..<40).map { best(truth, $0, 5).intersection(best(guess, $0, 20)).count }
    // A tenth would be found by chance.
    #expect(found.reduce(0, +) >= 190, "\(found)")
  }

  @Test func vectorsDoNotDependOnWhatTheyAreAskedWith() {
    let (images, captions) = (Self.points(30, seed: 1), Self.points(20, seed: 2))
    let similarities = Self.similarities(images, captions)
    let approximation = SimilarityApproximation(
      images: images, captions: captions, similarities: similarities, workers: .single)
    let same = SimilarityApproximation(
      images: images, captions: captions, similarities: similarities, workers: Workers(3))
    let together = approximation.imageVectors(images).elements
    let apart = (0..<30).flatMap { approximation.imageVectors(images[rows: $0..<$0 + 1]).elements }
    #expect(together == apart && same.imageVectors(images).elements == together)
  }

  @Test func aSampleOfOneIsNoTrouble() {
    let one = Self.points(1, seed: 1)
    let approximation = SimilarityApproximation(
      images: one, captions: one, similarities: Tensor([1], shape: [1, 1]), workers: .single)
    #expect(approximation.imageVectors(one).elements.allSatisfy { $0.isFinite })
    #expect(approximation.captionVectors(one).elements.allSatisfy { $0.isFinite })
  }
}
