import CMalloc
import Foundation
import Tensors

/// What the times depend on besides Winnow.
enum Machine {
  /// The processor as the system names it, such as `AMD EPYC`.
  static var processor: String {
    fields(of: "/proc/cpuinfo")["model name"] ?? "unknown processor"
  }

  /// The most memory that this process held at once, in bytes; nil where the system does not tell.
  static var peakMemory: Int? {
    guard let text = fields(of: "/proc/self/status")["VmHWM"],
      let kilobytes = text.split(separator: " ").first.flatMap({ Int($0) })
    else { return nil }
    return kilobytes * 1024
  }

  /// Lets `peakMemory` start anew from what is held now. Where the system does not allow that, it
  /// goes on counting from the process's start.
  static func restartPeakMemory() {
    // What was freed before is no part of what comes.
    malloc_trim(0)
    try? Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))
  }

  /// GFLOP/s of a product of two 2048 × 2048 matrices, as all of Winnow's products are computed:
  /// the best of a few.
  static func productRate(workers: Workers) -> Double {
    let size = 2048
    var generator = RandomGenerator(seed: 5)
    let left = generator.uniform([size, size], bound: 1)
    let right = generator.uniform([size, size], bound: 1)
    let timing = RepeatedTiming(repeats: 5, prepare: {}) { _ in
      _ = Tensor.product(left, .asStored, right, workers: workers)
    }
    return 2 * Double(size * size * size) / timing.minimum / 1e9
  }

  /// `name : value` lines of a file of the system; the first of each name.
  private static func fields(of path: String) -> [String: String] {
    // Sizes of /proc files are zero, so they are read to their end.
    guard let file = FileHandle(forReadingAtPath: path),
      let data = try? file.readToEnd()
    else { return [:] }
    var fields: [String: String] = [:]
    for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      let name = parts[0].trimmingCharacters(in: .whitespaces)
      if fields[name] == nil { fields[name] = parts[1].trimmingCharacters(in: .whitespaces) }
    }
    return fields
  }
}
