import Audit
import Fetching
import Foundation
import Pairs

/// The work of one fetch run.
struct FetchRun {
  let stage: FetchStage
  let database: AuditDatabase
  let store: ContentStore
  let run: Int64
  let context: StageContext
  let afterBatch: @Sendable () throws -> Void

  /// URLs between two reports of progress.
  private static let reportEvery = 64

  /// Fetches all URLs that are left.
  ///
  /// - Parameter left: how many that are, for the progress.
  func perform(left: Int, summary: inout FetchSummary) throws {
    let recorder = FetchRecorder(
      store: store, database: database, run: run, context: context, afterBatch: afterBatch)
    let began = ContinuousClock.now
    // The run's number: waits between tries need differ, not repeat.
    let fetcher = Fetcher(
      stage.configuration.settings(programVersion: context.programVersion), into: store,
      seed: UInt64(bitPattern: run),
      clock: { Double((ContinuousClock.now - began) / .milliseconds(1)) / 1000 })
    var meter = ProgressMeter(stage: FetchStage.name, unit: "URLs", total: left, context: context)
    var unreported = 0
    var last: Int64 = 0
    // What was settled before an error is recorded all the same.
    let fetching = Result {
      try fetcher.run { limit in
        // Pictures of archives have no URL to be asked for: a page may have none that has.
        while true {
          let pending = try page(after: last, limit: limit)
          guard let end = pending.last else { return [] }
          last = end.locationID
          let requests = pending.compactMap { pending in
            ImageLocation.remoteURL(of: pending.url).map {
              FetchRequest(id: pending.locationID, url: $0)
            }
          }
          if !requests.isEmpty { return requests }
        }
      } givenUp: { host in
        context.logger.warning(
          "a host was given up: its other URLs fail without being asked for",
          metadata: [
            "host": "\(host.name)", "reason": "\(host.lastFailure.reason.rawValue)",
            "detail": "\(host.lastFailure.detail)",
          ])
      } finished: { url in
        try recorder.add(url)
        if case .failure(let thrown) = url.result {
          context.logger.trace(
            "pair failed", metadata: thrown.failure.metadata(ofLocation: url.id))
        }
        count(url, in: &summary)
        unreported += 1
        if unreported == Self.reportEvery {
          meter.advance(by: unreported, note: note(summary))
          unreported = 0
        }
      }
    }
    let recording = Result { try recorder.finish() }
    try fetching.get()
    try recording.get()
    meter.advance(by: unreported, note: note(summary))
    summary.seconds = meter.elapsed
  }

  private func page(after location: Int64, limit: Int) throws(AuditError) -> [PendingFetch] {
    stage.configuration.retriesFailed
      ? try database.failedFetches(before: run, after: location, limit: limit)
      : try database.pendingFetches(after: location, limit: limit)
  }

  private func count(_ url: FetchedURL, in summary: inout FetchSummary) {
    summary.retries += max(0, url.tries - 1)
    switch url.result {
    case .success:
      summary.fetched += 1
      summary.bytes += url.bytes ?? 0
    case .failure(let thrown):
      summary.failed[thrown.failure.reason.rawValue, default: 0] += 1
    }
  }

  private func note(_ summary: FetchSummary) -> String {
    "\(SummaryTable.grouped(summary.settled - summary.fetched)) failed, "
      + DiskSpace.text(Int64(summary.bytes))
  }
}
