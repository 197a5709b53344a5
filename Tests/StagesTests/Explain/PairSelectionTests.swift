import Audit
import Testing

@testable import Stages

@Suite struct PairSelectionTests {
  @Test func halvesShareTheLimit() {
    func halves(_ rejected: Int, _ kept: Int, limit: Int) -> [Int] {
      func pairs(_ count: Int) -> [PairToExplain] {
        (0..<min(count, limit)).map { PairToExplain(pairID: Int64($0), isExplained: false) }
      }
      let selection = PairSelection(
        rejected: pairs(rejected), kept: pairs(kept), limit: limit)
      return [selection.rejected.count, selection.kept.count]
    }
    #expect(halves(300, 700, limit: 1000) == [300, 300])
    #expect(halves(300, 200, limit: 1000) == [300, 200])
    #expect(halves(900, 700, limit: 1000) == [500, 500])
    #expect(halves(900, 100, limit: 1000) == [900, 100])
    #expect(halves(600, 900, limit: 1000) == [500, 500])
    #expect(halves(0, 900, limit: 1000) == [0, 100])
    #expect(halves(0, 900, limit: 1) == [0, 1])
    #expect(halves(9, 900, limit: 1) == [1, 0])
  }

  @Test func thoseThatAreNotExplainedAreLeftInOrder() {
    func pairs(_ ids: [Int64], explained: Set<Int64>) -> [PairToExplain] {
      ids.map { PairToExplain(pairID: $0, isExplained: explained.contains($0)) }
    }
    let selection = PairSelection(
      rejected: pairs([9, 2, 7], explained: [2]), kept: pairs([4, 1], explained: []), limit: 10)
    #expect(selection.pending == [1, 4, 7, 9] && selection.count == 5)
  }

  @Test func theSmallestHashesAreKeptOnceEach() {
    var smallest = SmallestHashes(limit: 3)
    for (hash, id) in [(50, 1), (20, 2), (50, 3), (70, 4), (10, 5), (20, 6), (60, 7)] {
      smallest.offer(UInt64(hash), Int64(id))
    }
    #expect(smallest.ids == [1, 2, 5])
    var seen = SeenNumbers()
    #expect(
      [3, 200, 3, 64, 63, 64, 200].map { seen.insert($0) } == [
        true, true, false, true, true, false, false,
      ])
  }
}
