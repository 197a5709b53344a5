import Testing

@testable import winnow_bench

/// The twin's output is read strictly: a time of something else is worse than none.
@Suite struct TwinReportTests {
  @Test func timesAreRead() throws {
    let twin = try BenchmarkFixture.twin()
    #expect(twin.torch == "2.13.0" && twin.peakMemory == 2_420_000_000)
    #expect(twin.works.map(\.work) == [.iteration, .warmupStep, .scoring])
    #expect(twin.works.map(\.median) == [4.75, 0.875, 0.1875])
    #expect(twin.works.map(\.runs) == [1, 3, 2])
    #expect(try BenchmarkFixture.twin([("2420000000", "0")]).peakMemory == nil)
  }

  @Test(arguments: [
    ("\"words\": 895", "\"words\": 894", "it timed other shapes"),
    ("\"compact\"", "\"paper\"", "it timed other shapes"),
    ("\"threads\": 2", "\"threads\": 1", "it timed another computation"),
    ("\"pruned\": false", "\"pruned\": true", "it timed another computation"),
    ("\"scoring\": ", "\"scores\": ", "it timed other works"),
    ("[4.75]", "[]", "iteration: times that cannot be"),
    ("[4.75]", "[-1]", "iteration: times that cannot be"),
    ("\"torch\": ", "\"torhc\": ", "its output has an unknown key `torhc`"),
    ("13.1", "NaN", "its output is not the JSON expected"),
    ("\"preset\": \"compact\",", "", "its output is not the JSON expected"),
  ])
  func otherThingsAreRefused(_ old: String, _ new: String, _ problem: String) {
    let error = #expect(throws: BenchError.self) { try BenchmarkFixture.twin([(old, new)]) }
    #expect("\(error.map { "\($0)" } ?? "")".hasPrefix("twin.py: \(problem)"), "\(error as Any)")
  }
}
