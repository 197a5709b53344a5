import Foundation
import Pairs

/// Makes a noisy manifest whose noise is known, for measuring how well noise is found.
public struct CorruptStage: Stage {
  /// The stage's name.
  public static let name = "corrupt"
  /// What the stage does with the workspace.
  public static let access = WorkspaceAccess.none
  /// What the stage was told.
  public let configuration: CorruptConfiguration

  /// A stage with a configuration.
  public init(_ configuration: CorruptConfiguration) {
    self.configuration = configuration
  }

  /// Does the work, going on where an interrupted run stopped.
  public func run(in workspace: Workspace, context: StageContext) throws -> CorruptSummary {
    var meter = ProgressMeter(stage: Self.name, unit: "lines", total: nil, context: context)
    var summary = try run()
    meter.advance(by: summary.lines)
    summary.throughput = Throughput(summary.lines, "lines", seconds: meter.elapsed)
    return summary
  }

  /// Writes the manifests and the truth; the same configuration always writes the same bytes.
  public func run() throws -> CorruptSummary {
    try configuration.validate()
    for output in [
      configuration.output, configuration.truth, configuration.metaOutput, configuration.devOutput,
    ].compactMap({ $0 }) { try OutputFolder.create(for: output) }
    let corruptor = try corruptor()
    let counts = try corruptor.corrupt(
      with: CorruptionSettings(
        ratio: configuration.ratio, seed: configuration.seed,
        metaShare: configuration.metaShare, devShare: configuration.devShare),
      to: ManifestCorruptor.Outputs(
        noisy: configuration.output, truth: configuration.truth,
        meta: configuration.metaOutput, dev: configuration.devOutput))
    return CorruptSummary(counts: counts, output: configuration.output)
  }

  private func corruptor() throws -> ManifestCorruptor {
    switch configuration.format {
    case .tsv: ManifestCorruptor(path: configuration.input, columns: configuration.columns)
    case .precomp:
      ManifestCorruptor(
        captions: try PrecomputedFolder(path: absolutePath(configuration.input))
          .captions(of: .train))
    }
  }
}

/// How many lines went where.
public struct CorruptSummary: StageSummary, Equatable {
  /// The counts.
  public let counts: ManifestCorruptor.Summary
  /// The noisy manifest.
  public let output: String
  /// Of all lines of the clean manifest.
  public internal(set) var throughput: Throughput?

  enum CodingKeys: String, CodingKey {
    case counts = "lines"
    case output = "output"
  }

  /// Lines of the clean manifest.
  var lines: Int {
    counts.clean + counts.corrupted + counts.malformed + counts.meta + counts.dev
  }

  /// The summary for a person.
  public var report: String {
    var table = SummaryTable()
    table.add("written", output)
    table.add("lines that kept their caption", counts.clean)
    table.add("lines with another's caption", counts.corrupted)
    if counts.malformed > 0 { table.add("malformed lines", counts.malformed) }
    if counts.meta > 0 { table.add("meta lines set aside", counts.meta) }
    if counts.dev > 0 { table.add("dev lines set aside", counts.dev) }
    table.add(throughput)
    return table.text
  }
}
