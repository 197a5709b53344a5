import Audit
import Foundation
import Models
import Pairs
import Tensors

/// Measures decisions against a truth file, and the networks by retrieval on trusted pairs.
public struct EvaluateStage: Stage {
  /// The key in a pipeline and the name of the program.
  public static let name = "evaluate"
  /// What the stage does with the workspace.
  public static let access = WorkspaceAccess.reads
  /// What the stage was told.
  public let configuration: EvaluateConfiguration

  private static let page = 10_000

  /// A value of its parts.
  public init(_ configuration: EvaluateConfiguration) { self.configuration = configuration }

  /// Does the work; nothing is written to the workspace.
  public func run(in workspace: Workspace, context: StageContext) throws -> EvaluateSummary {
    let began = context.uptime()
    let database = try workspace.openIngested(.reading)
    guard try database.publishedRule() != nil else {
      throw workspace.missing("no pair is decided yet", command: "winnow-purify")
    }
    let truth = try configuration.truth.map { path in
      Dictionary(
        try TruthFile.read(from: path).map { ($0.key, $0.isMatch) }, uniquingKeysWith: { $1 })
    }
    var histogram = SimilarityHistogram()
    var judgements: [DetectionMetrics.Judgement] = []
    var last: Int64 = 0
    var pairs = 0
    while true {
      let page = try database.outcomes(roles: [.train], after: last, limit: Self.page)
      guard let lastOutcome = page.last else { break }
      last = lastOutcome.pairID
      pairs += page.count
      for outcome in page {
        let isKept = outcome.status == .kept
        if let similarity = outcome.similarity { histogram.add(similarity, isKept: isKept) }
        if let isMatched = truth?[outcome.key] {
          judgements.append(
            DetectionMetrics.Judgement(
              similarity: outcome.similarity.map { Float($0) }, isKept: isKept,
              isMatched: isMatched))
        }
      }
    }
    if let path = configuration.truth, judgements.isEmpty {
      throw StagesError.damaged(
        path: path, problem: "none of its keys is a harvested pair of \(workspace.path)")
    }
    let retrieval = try measureRetrieval(database, workspace, context)
    try database.close()
    var summary = EvaluateSummary(
      detection: truth == nil ? nil : DetectionMetrics(judgements), retrieval: retrieval,
      retrievalRole: retrieval == nil ? nil : configuration.retrieval.rawValue,
      histogram: histogram)
    if let output = configuration.output {
      try OutputFolder.create(for: output)
      try AtomicFile.removeLeftovers(of: output)
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
      try AtomicFile.write(Array(try encoder.encode(summary)) + [0x0A], to: output)
    }
    summary.throughput = Throughput(pairs, "pairs", seconds: context.uptime() - began)
    return summary
  }

  private func measureRetrieval(
    _ database: AuditDatabase, _ workspace: Workspace, _ context: StageContext
  ) throws -> RetrievalMetrics? {
    guard let role = PairRole(rawValue: configuration.retrieval.rawValue) else { return nil }
    let unstored = try workspace.isMerged ? 0 : database.unstoredPairCount(roles: [role])
    guard unstored == 0 else {
      throw workspace.missing(
        "the features of \(SummaryTable.grouped(unstored)) \(role.rawValue) pairs, by which retrieval "
          + "is measured, were not stored when these were scored; leave it out with --retrieval none, "
          + "or have them", command: "winnow-featurize")
    }
    let all = try WorkspacePairs(of: database, roles: [role])
    guard !all.addresses.isEmpty else {
      // Dev pairs are asked for by default and need not be there; test pairs were named.
      if role == .dev { return nil }
      throw workspace.missing(
        "there are no \(role.rawValue) pairs with features", command: "winnow-ingest",
        "--role \(role.rawValue) --input M.tsv")
    }
    let store = try FeatureStore(of: workspace)
    let model = try workspace.scoringModel(for: store)
    let source = WorkspaceRegions(store: store, addresses: all.addresses)
    let pairs = all.captioned(role, model.vocabulary)
    let workers = Workers(ProcessInfo.processInfo.activeProcessorCount)
    var meter = ProgressMeter(
      stage: Self.name, unit: "images", total: all.addresses.count * 2, context: context)
    var sum: Tensor?
    var imageOfCaption: [Int] = []
    for network in model.networks {
      var done = 0
      let scorer = PairScorer(network, workers: workers)
      let matrix = try scorer.retrievalMatrix(of: pairs, source) { now, _ in
        meter.advance(by: now - done)
        done = now
      }
      imageOfCaption = matrix.imageOfCaption
      sum = sum?.adding(matrix.similarities) ?? matrix.similarities
    }
    return sum.map { RetrievalMetrics($0, imageOfCaption: imageOfCaption) }
  }
}
