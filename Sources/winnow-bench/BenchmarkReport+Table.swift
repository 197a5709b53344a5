import Foundation
import Stages

extension BenchmarkReport {
  /// The report as tables for a person.
  var table: String {
    let shapes = shapes
    var lines = [
      "\(processor), \(threads) threads, OpenBLAS \(blas), "
        + "sgemm \(Self.number(sgemmGigaflopsPerSecond)) GFLOP/s",
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
        work.work.title, Self.seconds(work.minimum), Self.seconds(work.median),
        Self.number(work.pairsPerSecond), Self.number(work.gigaflop),
        Self.number(work.gigaflopsPerSecond),
        String(format: "%.0f %%", 100 * work.sgemmShare),
      ]
      if let twin = preset.twin {
        row.append(twin.works.first { $0.work == work.work }.map { Self.seconds($0.median) } ?? "")
        row.append(work.ratio.map(Self.number) ?? "")
      }
      table.append(row)
    }
    // Under the medians, so that both programs' memory stands in the column of their times.
    var memory = ["peak memory", "", preset.peakMemory.map(Self.memory) ?? "unknown"]
    if let peak = preset.twin?.peakMemory {
      memory += ["", "", "", "", Self.memory(peak)]
    }
    table.append(memory)
    return Self.aligned(table)
  }

  /// The first column to the left, the others to the right, two spaces between.
  private static func aligned(_ table: [[String]]) -> [String] {
    let columns = table.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      table.compactMap { column < $0.count ? $0[column].count : nil }.max() ?? 0
    }
    return table.map { row in
      row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + space : "  " + space + cell
      }.joined()
    }
  }

  static func seconds(_ value: Double) -> String { String(format: "%.3f s", value) }

  static func memory(_ bytes: Int) -> String { String(format: "%.2f GB", Double(bytes) / 1e9) }

  /// Three digits, or all before the point: `2,513`, `147`, `28.7`, `3.61`.
  static func number(_ value: Double) -> String {
    if value >= 99.95 { return SummaryTable.grouped(Int(min(value, 1e15).rounded())) }
    return String(format: value >= 9.995 ? "%.1f" : "%.2f", value)
  }
}
