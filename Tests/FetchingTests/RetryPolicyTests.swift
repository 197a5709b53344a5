import Pairs
import Testing

@testable import Fetching

@Suite struct RetryPolicyTests {
  private func transfer(
    _ end: Transfer.End = .answered, status: Int? = nil, retryAfter: Double? = nil
  ) -> Transfer {
    Transfer(
      ticket: 0, end: end, status: status, finalURL: nil, contentType: nil,
      retryAfter: retryAfter, seconds: 0)
  }

  private func delay(_ transfer: Transfer, tries: Int = 1) -> Double? {
    var generator = SeededGenerator(seed: 1)
    return RetryPolicy().delay(after: transfer, tries: tries, using: &generator)
  }

  @Test(arguments: [408, 425, 429, 500, 502, 503, 504])
  func serversThatMayRecoverAreAskedAgain(_ status: Int) {
    #expect(delay(transfer(status: status)) != nil)
  }

  @Test(arguments: [301, 400, 401, 403, 404, 410, 451, 501])
  func finalAnswersAreNot(_ status: Int) {
    #expect(delay(transfer(status: status)) == nil)
  }

  @Test func onlySomeFailuresMayBeGone() {
    for reason in PairReason.allCases {
      let isTried = delay(transfer(.failed(RowFailure(reason, "")))) != nil
      #expect(isTried == [.timeout, .dns, .connection].contains(reason), "\(reason)")
    }
    #expect(delay(transfer(.body([1]), status: 200)) == nil)
  }

  @Test func waitsDoubleWithJitterAndEndWithTheTries() throws {
    var generator = SeededGenerator(seed: 7)
    var policy = RetryPolicy()
    policy.tries = 5
    var delays: Set<Double> = []
    for _ in 0..<200 {
      for tries in 1...4 {
        let delay = try #require(
          policy.delay(after: transfer(status: 500), tries: tries, using: &generator))
        let middle = Double(1 << (tries - 1))
        #expect((0.5 * middle...1.5 * middle).contains(delay))
        delays.insert(delay)
      }
      #expect(policy.delay(after: transfer(status: 500), tries: 5, using: &generator) == nil)
    }
    #expect(delays.count > 700)
  }

  @Test func retryAfterIsHonouredUpToTheLongestDelay() {
    #expect(delay(transfer(status: 429, retryAfter: 60)) == 60)
    #expect((delay(transfer(status: 429, retryAfter: 0)) ?? 0) >= 0.5)
    #expect(delay(transfer(status: 503, retryAfter: 3600)) == nil)
  }
}
