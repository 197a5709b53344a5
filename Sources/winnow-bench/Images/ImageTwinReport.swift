import Foundation

/// What the other runtimes measured, and how far what they computed is from Winnow's.
struct ImageTwinReport: Codable, Equatable {
  /// Of those that were timed.
  let versions: [ImageRuntime: String]
  /// Those that cannot be imported.
  let absent: [ImageRuntime]
  /// Of Winnow's pictures from Pillow's, one for each size; none where Pillow is absent.
  let pixelDifferences: [PixelDifference]
  /// The largest difference between Winnow's features and ONNX Runtime's, over the largest feature.
  let featureDifference: Double?
  /// The times, which the report shows beside Winnow's own.
  private(set) var measurements: [Measurement] = []

  enum CodingKeys: String, CodingKey {
    case versions
    case absent
    case pixelDifferences = "pixel_differences"
    case featureDifference = "feature_difference"
  }

  /// One work of one runtime.
  struct Measurement: Equatable {
    let runtime: ImageRuntime
    let work: ImageWork
    let threads: Int
    let images: Int
    let batch: Int?
    let sideBySide: Int?
    let timing: RepeatedTiming
  }

  /// Features that differ more are another network's.
  static let largestFeatureDifference = 1e-3
}

/// The twin's JSON as it prints it.
private struct ImageTwinOutput: Decodable {
  let backbone: String
  let threads: [Int]
  let absent: [ImageRuntime]
  let versions: [ImageRuntime: String]
  let measurements: [Measurement]
  let pixelDifferences: [PixelDifference]
  let featureDifference: Double?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case backbone
    case threads
    case absent
    case versions
    case measurements
    case pixelDifferences = "pixel_differences"
    case featureDifference = "feature_difference"
  }

  struct Measurement: Decodable {
    let runtime: ImageRuntime
    let work: ImageWork
    let threads: Int
    let images: Int
    let batch: Int?
    let sideBySide: Int?
    let seconds: [Double]

    enum CodingKeys: String, CodingKey {
      case runtime
      case work
      case threads
      case images
      case batch
      case sideBySide = "side_by_side"
      case seconds
    }
  }
}

extension ImageTwinReport {
  /// Reads what the twin printed, and refuses what is not about the same computation.
  ///
  /// - Throws: `BenchError.twin` that names what is wrong.
  init(
    _ data: Data, script: TwinScript, backbone: String, threads: [Int]
  ) throws(BenchError) {
    let output: ImageTwinOutput = try script.decode(
      data, keys: ImageTwinOutput.CodingKeys.allCases.map(\.rawValue))
    guard output.backbone == backbone, output.threads == threads else {
      throw script.refusal(
        "it timed another computation: \(output.backbone) on \(output.threads) threads")
    }
    let present = ImageRuntime.allCases.filter { !output.absent.contains($0) }
    guard Set(output.versions.keys) == Set(present) else {
      throw script.refusal("it does not say which versions it timed")
    }
    measurements = try Self.measurements(output, of: present, threads: threads, script)
    if present.contains(.pillow) {
      let works = ImageWork.allCases.filter { $0.runtimes.contains(.pillow) }
      guard output.pixelDifferences.map(\.work) == works,
        output.pixelDifferences.allSatisfy({ (0...255).contains($0.mean) })
      else { throw script.refusal("it compared other pictures") }
    }
    if present.contains(.onnxruntime) {
      let difference = output.featureDifference ?? .infinity
      guard (0...Self.largestFeatureDifference).contains(difference) else {
        throw script.refusal(
          "its network is another one: features differ by \(difference) of the largest")
      }
    }
    versions = output.versions
    absent = output.absent
    pixelDifferences = output.pixelDifferences
    featureDifference = output.featureDifference
  }

  /// Exactly one for each runtime, number of threads and work.
  private static func measurements(
    _ output: ImageTwinOutput, of runtimes: [ImageRuntime], threads: [Int], _ script: TwinScript
  ) throws(BenchError) -> [Measurement] {
    var measurements: [Measurement] = []
    for count in threads {
      for work in ImageWork.allCases {
        for runtime in work.runtimes where runtimes.contains(runtime) {
          let found = output.measurements.filter {
            $0.runtime == runtime && $0.work == work && $0.threads == count
          }
          let name = "\(runtime.rawValue), \(work.rawValue), \(count) threads"
          guard found.count == 1, let one = found.first, one.images == work.size.count else {
            throw script.refusal("\(name): not timed once on \(work.size.count) pictures")
          }
          measurements.append(
            Measurement(
              runtime: runtime, work: work, threads: count, images: one.images, batch: one.batch,
              sideBySide: one.sideBySide, timing: try script.timing(one.seconds, of: name)))
        }
      }
    }
    guard measurements.count == output.measurements.count else {
      throw script.refusal("it timed other works as well")
    }
    return measurements
  }
}
