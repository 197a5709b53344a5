import Foundation
import Stages

extension BenchmarkReport {
  /// The report as tables for a person.
  var table: String {
    let shapes = shapes
    var lines = [
      "\(processor), \(threads) threads, OpenBLAS \(blas), "
        + "sgemm \(ReportText.number(sgemmGigaflopsPerSecond)) GFLOP/s",
      "\(shapes.captions) captions with \(shapes.words) words, the longest of \(shapes.longest); "
        + "\(shapes.regions) regions × \(SummaryTable.grouped(shapes.regionDimension)); "
        + "vocabulary \(SummaryTable.grouped(shapes.vocabulary))",
    ]
    for preset in presets {
      lines.append("")
      lines += rows(preset)
    }
    if let twinAbsence {
      lines.append("")
      lines.append(twinAbsence)
    }
    return lines.joined(separator: "\n")
  }

  private func rows(_ preset: PresetReport) -> [String] {
    var table = [
      [
        "\(preset.preset.rawValue) (d \(preset.embedSize), m \(preset.similarityDimension))",
        "minimum", "median", "pairs/s", "GFLOP", "GFLOP/s", "of sgemm",
      ]
    ]
    if preset.twin != nil { table[0] += ["PyTorch", "ratio"] }
    for work in preset.works {
      var row = [
        work.work.title, ReportText.seconds(work.minimum), ReportText.seconds(work.median),
        ReportText.number(work.pairsPerSecond), ReportText.number(work.gigaflop),
        ReportText.number(work.gigaflopsPerSecond),
        String(format: "%.0f %%", 100 * work.sgemmShare),
      ]
      if let twin = preset.twin {
        row.append(
          twin.works.first { $0.work == work.work }.map { ReportText.seconds($0.median) } ?? "")
        row.append(work.ratio.map(ReportText.number) ?? "")
      }
      table.append(row)
    }
    // Under the medians, so that both programs' memory stands in the column of their times.
    var memory = ["peak memory", "", preset.peakMemory.map(ReportText.memory) ?? "unknown"]
    if let peak = preset.twin?.peakMemory {
      memory += ["", "", "", "", ReportText.memory(peak)]
    }
    table.append(memory)
    return ReportText.aligned(table)
  }
}
