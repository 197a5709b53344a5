import Pairs
import Testing

@testable import Audit

/// What is kept on disk comes back as from memory, over several batches.
@Suite struct ScratchTests {
  @Test func rowsComeSorted() throws {
    var random = SeededGenerator(seed: 5)
    let rows = (0..<150_000).map { _ in
      SortedScratch.Row(
        Int64(bitPattern: random.next()) >> 48, Int64(random.next() % 3) - 1,
        Int64(random.next() % 7), Int64(random.next() % 7))
    }
    let scratch = try SortedScratch()
    for row in rows { try scratch.add(row) }
    var sorted: [SortedScratch.Row] = []
    try scratch.forEach { sorted.append($0) }
    #expect(sorted == rows.sorted())
    #expect(sorted.first?.first ?? 0 < 0)
    // More may come, and all are gone over again.
    try scratch.add(SortedScratch.Row(.min, .max, .min, .max))
    var count = 0
    var first: SortedScratch.Row?
    try scratch.forEach { row in
      first = first ?? row
      count += 1
    }
    #expect(count == 150_001 && first == SortedScratch.Row(.min, .max, .min, .max))
  }

  @Test func pairsKeepTheirNumbers() throws {
    let map = try ScratchMap()
    #expect(try map.value(of: 1) == nil && map.values(of: 0...9).isEmpty)
    // Not in their order.
    for number in 0..<100_003 { try map.add(Int64(number) * 2, to: Int64(number) * 7 % 100_003) }
    #expect(map.count == 100_003)
    #expect(try map.value(of: 7) == 2 && map.value(of: 100_003) == nil)
    #expect(try map.values(of: 6...8).keys.sorted() == [6, 7, 8])
    #expect(throws: AuditError.self) {
      try map.add(1, to: 7)
      _ = try map.value(of: 7)
    }
  }
}
