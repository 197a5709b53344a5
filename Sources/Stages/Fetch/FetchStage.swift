import Audit
import Fetching
import Foundation
import Pairs

/// Fetches the images that the workspace's manifests name by http and https, each URL once, and
/// stores their bytes in `images/` by content hash.
///
/// URLs are taken in order of first appearance, but hosts take turns. Their results are recorded in
/// the order in which they come. A killed run fetches again at most what was under way and two
/// batches.
public struct FetchStage: Stage {
  /// `fetch`.
  public static let name = "fetch"
  /// Writes files and rows.
  public static let access = WorkspaceAccess.writes
  /// What the stage was told.
  public let configuration: FetchConfiguration

  /// Called after each transaction; an error stops the run as a kill would.
  private let afterBatch: @Sendable () throws -> Void

  /// A stage with a configuration.
  public init(_ configuration: FetchConfiguration) {
    self.init(configuration, afterBatch: {})
  }

  init(_ configuration: FetchConfiguration, afterBatch: @escaping @Sendable () throws -> Void) {
    self.configuration = configuration
    self.afterBatch = afterBatch
  }

  /// Refuses a workspace without pairs, and certificates that are not there.
  public func check(in workspace: Workspace) throws {
    try workspace.refuseMerged("winnow-fetch")
    try workspace.openIngested(.reading).close()
    guard let path = configuration.certificates else { return }
    guard FileManager.default.isReadableFile(atPath: path) else {
      throw StagesError.file(path: path, problem: "there are no certificates to read")
    }
  }

  /// Fetches what is left.
  ///
  /// - Throws: `FetchError` when the disk or libcurl fails, `AuditError`; never for a URL.
  public func run(in workspace: Workspace, context: StageContext) throws -> FetchSummary {
    let database = try workspace.openIngested(.writing)
    if context.restarts { try database.discardFetches() }
    let request = RunRequest(
      command: Self.name, configuration: try configuration.json(),
      programVersion: context.programVersion, seed: nil, startedAt: context.now(), unit: "URLs")
    let progress = try database.fetchProgress()
    var summary = FetchSummary()
    summary.urls = progress.total
    let wasInterrupted = try database.unfinishedRun(request) != nil
    let left = configuration.retriesFailed ? progress.failed : progress.pending
    if left > 0 || wasInterrupted {
      let run = try database.beginRun(request, context: context)
      let store = ContentStore(folder: workspace.imagesPath)
      try store.prepare()
      let work = FetchRun(
        stage: self, database: database, store: store, run: run, context: context,
        afterBatch: afterBatch)
      try work.perform(left: left, summary: &summary)
      try database.endRun(run, context: context)
    }
    let after = try database.fetchProgress()
    summary.failedInAll = after.failed
    summary.knownURLs = after.total - after.pending - summary.settled
    try database.close()
    return summary
  }
}
