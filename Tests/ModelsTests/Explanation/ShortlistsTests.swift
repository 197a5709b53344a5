import Tensors
import TestSupport
import Testing

@testable import Models

@Suite struct ShortlistsTests {
  /// Small whole numbers, so that products are exact and many are the same.
  private static func vectors(_ rows: Int, seed: UInt64) -> Tensor {
    var generator = RandomGenerator(seed: seed)
    let uniform = generator.uniform([rows, 5], bound: 3)
    return Tensor(uniform.elements.map { $0.rounded() }, shape: uniform.shape)
  }

  /// More queries than one product takes.
  private static let queries = vectors(300, seed: 1)
  private static let candidates = vectors(700, seed: 2)
  private static let ids = (0..<700).map { Int64(10 + 3 * $0) }

  private static func bruteForce(_ length: Int) -> [[Int64]] {
    (0..<queries.rows).map { query in
      let scored = ids.indices.map { index -> (Float, Int64) in
        (
          (0..<5).reduce(0) { $0 + queries[query, $1] * candidates[index, $1] }, ids[index]
        )
      }
      return scored.sorted { $0.0 > $1.0 || ($0.0 == $1.0 && $0.1 < $1.1) }.prefix(length)
        .map(\.1)
    }
  }

  private static func search(_ length: Int, page: Int, workers: Int, reversed: Bool = false)
    -> [[Int64]]
  {
    var shortlists = Shortlists(queries: queries, length: length)
    var starts = Array(stride(from: 0, to: ids.count, by: page))
    if reversed { starts.reverse() }
    for start in starts {
      let range = start..<min(start + page, ids.count)
      shortlists.offer(candidates[rows: range], ids: Array(ids[range]), workers: Workers(workers))
    }
    return (0..<queries.rows).map(shortlists.candidates)
  }

  @Test(arguments: [1, 7, 64]) func findsWhatComparingAllFinds(_ length: Int) {
    let expected = Self.bruteForce(length)
    for page in [1, 33, 700] {
      #expect(Self.search(length, page: page, workers: 2) == expected)
    }
    #expect(Self.search(length, page: 128, workers: 1) == expected)
    #expect(Self.search(length, page: 128, workers: 3, reversed: true) == expected)
  }

  @Test func fewerCandidatesThanPlacesAreAllListed() {
    let expected = Self.bruteForce(1000)
    #expect(Self.search(1000, page: 100, workers: 2) == expected)
    #expect(expected[0].count == 700)
  }

  @Test func whatIsNoNumberIsPassedOver() {
    var shortlists = Shortlists(queries: Tensor([1, 1], shape: [1, 2]), length: 2)
    shortlists.offer(
      Tensor([.nan, 0, 1, 0, 0, 2, .infinity, .nan], shape: [4, 2]), ids: [1, 2, 3, 4],
      workers: .single)
    shortlists.offer(.zeros([0, 2]), ids: [], workers: .single)
    #expect(shortlists.candidates(ofQuery: 0) == [3, 2])
  }
}
