import Foundation
import Testing

@testable import winnow_bench

@Suite struct ImageReportTests {
  @Test func tableWithoutOthers() {
    let report = ImageBenchmarkFixture.report(absences: [ImageRuntime.pillow.absence, "no more"])
    #expect(
      report.table == """
        A Processor, OpenBLAS Zen; EfficientNet-Lite0, 6 × 6 regions, 8 pictures at a time
        JPEG, quality 88: 1 of 224 × 224 (13 kB), 1 of 640 × 480 (77 kB), 1 of 1600 × 1200 (480 kB)

        1 thread                     images/s  memory
        decode + resize 224 × 224         128   64 MB
        decode + resize 640 × 480         128   64 MB
        decode + resize 1600 × 1200      32.0   64 MB
          in full                        32.0   64 MB
        network                           128   64 MB
        whole stage 224 × 224             128   64 MB
        whole stage 640 × 480             128   64 MB

        2 threads                    images/s  memory
        decode + resize 224 × 224         256   64 MB
        decode + resize 640 × 480         256   64 MB
        decode + resize 1600 × 1200      64.0   64 MB
          in full                        64.0   64 MB
        network                           256   64 MB
        whole stage 224 × 224             256   64 MB
        whole stage 640 × 480             256   64 MB

        network, 1 thread: 0.80 GFLOP a picture, 102 GFLOP/s, 128 % of sgemm's 80.0
        network, 2 threads: 0.80 GFLOP a picture, 205 GFLOP/s, 128 % of sgemm's 160
        reduced decoding, from decoding in full: by 0.750 on average, 31 at most, in 1/255

        Pillow is not installed, so there is nothing to compare with; run: pip install pillow numpy
        no more
        """)
  }

  @Test func tableBesideOthers() throws {
    let report = ImageBenchmarkFixture.report(
      twin: try ImageBenchmarkFixture.twin(ImageBenchmarkFixture.twinOutput()))
    #expect(
      report.table == """
        A Processor, OpenBLAS Zen; EfficientNet-Lite0, 6 × 6 regions, 8 pictures at a time
        JPEG, quality 88: 1 of 224 × 224 (13 kB), 1 of 640 × 480 (77 kB), 1 of 1600 × 1200 (480 kB)

        1 thread                     images/s  memory  Pillow  ratio  OpenCV  ratio  ONNX Runtime  ratio
        decode + resize 224 × 224         128   64 MB    56.9   2.25    56.9   2.25
        decode + resize 640 × 480         128   64 MB    56.9   2.25    56.9   2.25
        decode + resize 1600 × 1200      32.0   64 MB    14.2   2.25    14.2   2.25
          in full                        32.0   64 MB
        network                           128   64 MB                                         102   1.25
        whole stage 224 × 224             128   64 MB
        whole stage 640 × 480             128   64 MB

        2 threads                    images/s  memory  Pillow  ratio  OpenCV  ratio  ONNX Runtime  ratio
        decode + resize 224 × 224         256   64 MB    56.9   4.50    56.9   4.50
        decode + resize 640 × 480         256   64 MB    56.9   4.50    56.9   4.50
        decode + resize 1600 × 1200      64.0   64 MB    14.2   4.50    14.2   4.50
          in full                        64.0   64 MB
        network                           256   64 MB                                         102   2.50
        whole stage 224 × 224             256   64 MB
        whole stage 640 × 480             256   64 MB

        network, 1 thread: 0.80 GFLOP a picture, 102 GFLOP/s, 128 % of sgemm's 80.0
        network, 2 threads: 0.80 GFLOP a picture, 205 GFLOP/s, 128 % of sgemm's 160
        reduced decoding, from decoding in full: by 0.750 on average, 31 at most, in 1/255
        decode + resize 224 × 224, from Pillow: by 0.000 on average, 0 at most, in 1/255
        decode + resize 640 × 480, from Pillow: by 0.125 on average, 2 at most, in 1/255
        decode + resize 1600 × 1200, from Pillow: by 0.500 on average, 9 at most, in 1/255
        features, from ONNX Runtime: by 2.5e-06 of the largest
        ONNX Runtime, 1 thread: fastest with batches of 16, one after the other
        ONNX Runtime, 2 threads: fastest with batches of 16, 2 side by side
        Pillow 13.0.0, OpenCV 5.0.0, ONNX Runtime 1.32.0
        """)
  }

  @Test func whatIsAbsentIsSaid() throws {
    let report = ImageBenchmarkFixture.report(
      twin: try ImageBenchmarkFixture.twin(ImageBenchmarkFixture.emptyOutput))
    #expect(report.twinAbsences == ImageRuntime.allCases.map(\.absence))
    #expect(!report.table.contains("ratio"))
  }

  @Test func jsonHasItsDocumentedKeys() throws {
    let report = ImageBenchmarkFixture.report(
      twin: try ImageBenchmarkFixture.twin(ImageBenchmarkFixture.twinOutput()))
    let data = try JSONEncoder().encode(report)
    let whole = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(
      whole.keys.sorted() == [
        "backbone", "batch", "blas", "gflop_per_image", "grid", "groups", "pictures", "processor",
        "reduced_difference", "twin", "twin_absences", "version",
      ])
    let pictures = try #require(whole["pictures"] as? [[String: Any]])
    #expect(pictures.map { $0["size"] as? String } == ["224x224", "640x480", "1600x1200"])
    #expect(pictures[0].keys.sorted() == ["count", "mean_bytes", "size"])
    let group = try #require((whole["groups"] as? [[String: Any]])?.last)
    #expect(group.keys.sorted() == ["sgemm_gflops_per_second", "threads", "works"])
    let works = try #require(group["works"] as? [[String: Any]])
    #expect(works.map { $0["work"] as? String } == ImageWork.allCases.map(\.rawValue))
    #expect(
      works[4].keys.sorted() == [
        "gflops_per_second", "images", "images_per_second", "others", "peak_memory_bytes", "runs",
        "seconds_median", "seconds_minimum", "sgemm_share", "work",
      ])
    #expect(works[4]["images_per_second"] as? Double == 256)
    #expect(works[4]["sgemm_share"] as? Double == 1.28)
    let other = try #require((works[4]["others"] as? [[String: Any]])?.first)
    #expect(
      other.keys.sorted() == [
        "batch", "images_per_second", "ratio", "runs", "runtime", "seconds_median",
        "seconds_minimum", "side_by_side",
      ])
    #expect(other["ratio"] as? Double == 2.5)
    let difference = try #require(whole["reduced_difference"] as? [String: Any])
    #expect(difference.keys.sorted() == ["maximum", "mean", "work"])
    let twin = try #require(whole["twin"] as? [String: Any])
    #expect(
      twin.keys.sorted() == ["absent", "feature_difference", "pixel_differences", "versions"])
    #expect((twin["versions"] as? [String: String])?["pillow"] == "13.0.0")
  }
}
