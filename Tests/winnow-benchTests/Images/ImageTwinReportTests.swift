import Foundation
import Testing

@testable import winnow_bench

/// The twin's output is read strictly: a time of something else is worse than none.
@Suite struct ImageTwinReportTests {
  @Test func timesAreRead() throws {
    let twin = try ImageBenchmarkFixture.twin(ImageBenchmarkFixture.twinOutput())
    #expect(twin.measurements.count == 14 && twin.absent == [])
    #expect(twin.versions[.opencv] == "5.0.0" && twin.featureDifference == 2.5e-6)
    #expect(twin.pixelDifferences.map(\.maximum) == [0, 2, 9])
    let network = try #require(twin.measurements.last)
    #expect(network.runtime == .onnxruntime && network.work == .network)
    #expect(network.threads == 2 && network.batch == 16 && network.sideBySide == 2)
    #expect(network.timing.median == 0.625)
  }

  @Test func whatIsAbsentIsNotExpected() throws {
    let twin = try ImageBenchmarkFixture.twin(ImageBenchmarkFixture.emptyOutput)
    #expect(twin.measurements.isEmpty && twin.absent == ImageRuntime.allCases)
    #expect(
      ImageRuntime.allCases.map(\.absence) == [
        "Pillow is not installed, so there is nothing to compare with; "
          + "run: pip install pillow numpy",
        "OpenCV is not installed, so there is nothing to compare with; "
          + "run: pip install opencv-python-headless",
        "ONNX Runtime is not installed, so there is nothing to compare with; "
          + "run: pip install onnx onnxruntime",
      ])
    #expect(
      ImageTwin.scriptAbsence == "Pipelines/bench/image_twin.py is neither here nor near the "
        + "program, so Pillow, OpenCV and ONNX Runtime are not timed; name it with --twin")
    #expect(
      ImageTwin.pythonAbsence
        == "python3 cannot be run, so Pillow, OpenCV and ONNX Runtime are not timed")
  }

  @Test(arguments: [
    ("\"lite0\"", "\"lite1\"", "it timed another computation: lite1 on [1, 2] threads"),
    ("[1, 2]", "[1]", "it timed another computation: lite0 on [1] threads"),
    ("\"opencv\": \"5.0.0\",", "", "it does not say which versions it timed"),
    ("\"absent\": []", "\"absent\": [\"opencv\"]", "it does not say which versions it timed"),
    (
      "\"images\": 16", "\"images\": 15",
      "pillow, decode_1600x1200, 1 threads: not timed once on 16 pictures"
    ),
    (
      "\"work\": \"network\"", "\"work\": \"decode_224x224\"",
      "onnxruntime, network, 1 threads: not timed once on 64 pictures"
    ),
    (
      "[1.25, 1]", "[]", "pillow, decode_224x224, 1 threads: times that cannot be: []"
    ),
    ("0.75, 0.625", "0", "onnxruntime, network, 1 threads: times that cannot be: [0.5, 0.0]"),
    ("\"mean\": 0.125", "\"mean\": 256", "it compared other pictures"),
    ("decode_640x480\", \"mean\"", "decode_224x224\", \"mean\"", "it compared other pictures"),
    ("2.5e-06", "0.01", "its network is another one: features differ by 0.01 of the largest"),
    (",\n \"feature_difference\": 2.5e-06", "", "its network is another one"),
    ("\"versions\": ", "\"verions\": ", "its output has an unknown key `verions`"),
    ("\"pillow\"", "\"pilow\"", "its output is not the JSON expected"),
  ])
  func otherThingsAreRefused(_ old: String, _ new: String, _ problem: String) {
    let error = #expect(throws: BenchError.self) {
      try ImageBenchmarkFixture.twin(ImageBenchmarkFixture.twinOutput([(old, new)]))
    }
    #expect("\(error.map { "\($0)" } ?? "")".hasPrefix("twin.py: \(problem)"), "\(error as Any)")
  }
}
