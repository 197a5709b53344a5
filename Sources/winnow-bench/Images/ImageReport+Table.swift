import Foundation
import Stages

extension ImageReport {
  /// The report as tables for a person.
  var table: String {
    let sizes = pictures.map { pictures in
      "\(pictures.count) of \(pictures.size.title) (\((pictures.meanBytes + 500) / 1000) kB)"
    }
    var lines = [
      "\(processor), OpenBLAS \(blas); EfficientNet-\(backbone.capitalized), "
        + "\(grid) × \(grid) regions, \(batch) pictures at a time",
      "JPEG, quality \(GeneratedPhotograph.quality): " + sizes.joined(separator: ", "),
    ]
    for group in groups {
      lines.append("")
      lines += rows(group)
    }
    lines.append("")
    lines += remarks
    if !twinAbsences.isEmpty {
      lines.append("")
      lines += twinAbsences
    }
    return lines.joined(separator: "\n")
  }

  private func rows(_ group: ThreadGroup) -> [String] {
    let runtimes = ImageRuntime.allCases.filter { runtime in
      group.works.contains { $0.others.contains { $0.runtime == runtime } }
    }
    var table = [[Self.threads(group.threads), "images/s", "memory"]]
    for runtime in runtimes { table[0] += [runtime.title, "ratio"] }
    for work in group.works {
      var row = [
        work.work.title, ReportText.number(work.imagesPerSecond),
        work.peakMemory.map(ReportText.megabytes) ?? "unknown",
      ]
      for runtime in runtimes {
        let other = work.others.first { $0.runtime == runtime }
        row.append(other.map { ReportText.number($0.imagesPerSecond) } ?? "")
        row.append(other.map { ReportText.number($0.ratio) } ?? "")
      }
      while row.last == "" { row.removeLast() }
      table.append(row)
    }
    return ReportText.aligned(table)
  }

  private var remarks: [String] {
    var lines: [String] = []
    for group in groups {
      for work in group.works {
        guard let rate = work.gigaflopsPerSecond, let share = work.sgemmShare else { continue }
        lines.append(
          "network, \(Self.threads(group.threads)): \(ReportText.number(gigaflopPerImage)) GFLOP "
            + "a picture, \(ReportText.number(rate)) GFLOP/s, "
            + String(format: "%.0f %%", 100 * share)
            + " of sgemm's \(ReportText.number(group.sgemmGigaflopsPerSecond))")
      }
    }
    lines.append("reduced decoding, from decoding in full: " + Self.text(reducedDifference))
    guard let twin else { return lines }
    for difference in twin.pixelDifferences {
      lines.append("\(difference.work.title), from Pillow: " + Self.text(difference))
    }
    if let difference = twin.featureDifference {
      lines.append(
        "features, from ONNX Runtime: by \(String(format: "%.1e", difference)) of the largest")
    }
    for group in groups {
      for other in group.works.flatMap(\.others) {
        guard let batch = other.batch, let sideBySide = other.sideBySide else { continue }
        lines.append(
          "\(other.runtime.title), \(Self.threads(group.threads)): fastest with batches of "
            + "\(batch), \(sideBySide == 1 ? "one after the other" : "\(sideBySide) side by side")")
      }
    }
    let versions = ImageRuntime.allCases.compactMap { runtime in
      twin.versions[runtime].map { "\(runtime.title) \($0)" }
    }
    if !versions.isEmpty { lines.append(versions.joined(separator: ", ")) }
    return lines
  }

  private static func threads(_ count: Int) -> String {
    count == 1 ? "1 thread" : "\(count) threads"
  }

  private static func text(_ difference: PixelDifference) -> String {
    String(format: "by %.3f on average, %d at most, in 1/255", difference.mean, difference.maximum)
  }
}
