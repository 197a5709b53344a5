/// How long the stages of a pipeline took, and at which rate.
public struct PipelineTimes: Sendable {
  private let stages: [(name: String, throughput: Throughput?)]

  /// Of stages in their order; nil for one that found its work done before.
  public init(_ stages: [(String, Throughput?)]) {
    self.stages = stages.map { (name: $0.0, throughput: $0.1) }
  }

  /// A line a stage, for a person.
  public var report: String {
    var table = TextTable(
      [("stage", .left), ("done", .right), ("time", .right), ("rate", .right)])
    for (name, throughput) in stages {
      guard let throughput else {
        table.add([name, "before", "", ""])
        continue
      }
      table.add([
        name, "\(SummaryTable.grouped(throughput.done)) \(throughput.unit)",
        Throughput.time(throughput.seconds),
        throughput.perSecond.map { Throughput.rate($0, throughput.unit) } ?? "",
      ])
    }
    return table.text(width: 80)
  }
}
