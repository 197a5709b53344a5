import Testing

@testable import winnow_bench

@Suite struct RepeatedTimingTests {
  @Test func medianIsTheMiddleOrTheMeanOfBoth() {
    #expect(RepeatedTiming(seconds: [3, 1, 2]).median == 2)
    #expect(RepeatedTiming(seconds: [4, 1, 2, 3]).median == 2.5)
    #expect(RepeatedTiming(seconds: [4, 1, 2, 3]).minimum == 1)
  }

  /// A short work runs ten times, besides the first that does not count.
  @Test func shortWorksRunMoreOften() {
    var prepared = 0
    var runs = 0
    func prepare() -> Int {
      prepared += 1
      return prepared
    }
    let timing = RepeatedTiming(repeats: 2, prepare: prepare) { number in
      runs += 1
      #expect(number == runs)
    }
    #expect(timing.seconds.count == 10 && runs == 11)
    #expect(RepeatedTiming(repeats: 12, prepare: {}) { _ in }.seconds.count == 12)
  }
}
