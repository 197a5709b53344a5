import Foundation
import Models

/// What PyTorch measured at one size of network.
struct TwinReport: Codable, Equatable {
  /// The version of PyTorch.
  let torch: String
  /// Of a 2048³ product in PyTorch.
  let sgemmGigaflopsPerSecond: Double
  /// In bytes; nil where the system did not tell.
  let peakMemory: Int?
  let works: [Work]

  struct Work: Codable, Equatable {
    let work: TrainingWork
    let runs: Int
    let minimum: Double
    let median: Double

    enum CodingKeys: String, CodingKey {
      case work
      case runs
      case minimum = "seconds_minimum"
      case median = "seconds_median"
    }
  }

  enum CodingKeys: String, CodingKey {
    case torch
    case sgemmGigaflopsPerSecond = "sgemm_gflops_per_second"
    case peakMemory = "peak_memory_bytes"
    case works
  }
}

/// The twin's JSON as it prints it.
private struct TwinOutput: Decodable {
  let preset: String
  let torch: String
  let threads: Int
  let pruned: Bool
  let shapes: [String: Int]
  let seconds: [String: [Double]]
  let values: [String: [String: Double]]
  let sgemmGigaflopsPerSecond: Double
  let peakMemory: Int

  enum CodingKeys: String, CodingKey, CaseIterable {
    case preset
    case torch
    case threads
    case pruned
    case shapes
    case seconds
    case values
    case sgemmGigaflopsPerSecond = "sgemm_gflops"
    case peakMemory = "peak_memory_bytes"
  }
}

extension TwinReport {
  /// Reads what the twin printed, and refuses what is not about the same computation.
  ///
  /// - Throws: `BenchError.twin` that names what is wrong.
  init(
    _ data: Data, script: TwinScript, preset: NetworkPreset, threads: Int
  ) throws(BenchError) {
    let output: TwinOutput = try script.decode(
      data, keys: TwinOutput.CodingKeys.allCases.map(\.rawValue))
    let configuration = SyntheticBatch.configuration(preset)
    let shapes = BenchmarkShapes()
    let expected = [
      "captions": shapes.captions, "words": shapes.words, "longest": shapes.longest,
      "regions": shapes.regions, "region_dimension": shapes.regionDimension,
      "vocabulary": shapes.vocabulary, "embed_size": configuration.embedSize,
      "similarity_dimension": configuration.similarityDimension,
    ]
    guard output.preset == preset.rawValue, output.shapes == expected else {
      throw script.refusal("it timed other shapes: \(output.preset), \(output.shapes)")
    }
    guard output.threads == threads, !output.pruned else {
      throw script.refusal("it timed another computation: \(output.threads) threads")
    }
    guard Set(output.seconds.keys) == Set(TrainingWork.allCases.map(\.rawValue)) else {
      throw script.refusal("it timed other works: \(output.seconds.keys.sorted())")
    }
    for (work, numbers) in output.values.sorted(by: { $0.key < $1.key }) {
      guard numbers.values.allSatisfy(\.isFinite) else {
        throw script.refusal("\(work): not finite")
      }
    }
    var works: [Work] = []
    for work in TrainingWork.allCases {
      let timing = try script.timing(
        output.seconds[work.rawValue] ?? [], of: work.rawValue)
      works.append(
        Work(
          work: work, runs: timing.seconds.count, minimum: timing.minimum,
          median: timing.median))
    }
    torch = output.torch
    sgemmGigaflopsPerSecond = output.sgemmGigaflopsPerSecond
    peakMemory = output.peakMemory > 0 ? output.peakMemory : nil
    self.works = works
  }
}
