import Pairs
import Testing

@testable import Stages

@Suite struct DescendingPlaceTests {
  private func check(_ numbers: [Double], sourceLocation: SourceLocation = #_sourceLocation) {
    let sorted = numbers.sorted(by: >)
    for place in numbers.indices {
      let found = DescendingPlace(place) { numbers.forEach($0) }
      #expect(found.value == sorted[place], sourceLocation: sourceLocation)
      #expect(found.above == numbers.count { $0 > sorted[place] }, sourceLocation: sourceLocation)
      #expect(found.equal == numbers.count { $0 == sorted[place] }, sourceLocation: sourceLocation)
    }
  }

  @Test func itIsThatOfASort() {
    var random = SeededGenerator(seed: 3)
    check((0..<20).map { _ in Double(random.next() >> 11) * 0x1p-53 * 2 - 1 })
    // Neighbours that differ in the last bits alone, and ties.
    check((0..<12).map { Double(bitPattern: (0.5).bitPattern + UInt64($0 / 3)) })
  }

  @Test func signsAndExtremesOrderAsNumbersDo() {
    check([1, -1, 0.25, -0.25, .infinity, -.infinity, 0x1p-1074, -0x1p-1074, 0])
    check([0.5])
  }
}
