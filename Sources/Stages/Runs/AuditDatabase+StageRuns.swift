import Audit
import Logging

extension AuditDatabase {
  /// Begins a stage's run, or goes on with it, as `beginRun`; its work is measured, logged and told to
  /// whoever watches the stage.
  func beginRun(_ request: RunRequest, context: StageContext) throws -> Int64 {
    let unfinished = try unfinishedRun(request)
    let logger = context.logger
    let observe = context.observe
    let run = try beginRun(
      request,
      measuring: RunMeasurement(uptime: context.uptime) { work in
        logger.debug("stored", metadata: work.metadata)
        observe(.stored(work))
      })
    var metadata: Logger.Metadata = [
      "run": .stringConvertible(run),
      "config_sha256": "\(request.configurationHash.prefix(12))",
    ]
    if let seed = request.seed { metadata["seed"] = "\(seed)" }
    if let before = try unfinished.flatMap({ try work(ofRun: $0) }) {
      metadata.merge(before.metadata) { $1 }
      observe(.stored(before))
    }
    logger.info(unfinished == nil ? "run begun" : "run resumed", metadata: metadata)
    return run
  }

  /// Ends a stage's run and logs what came of it.
  func endRun(_ run: Int64, context: StageContext) throws {
    try finishRun(run, at: context.now())
    guard context.logger.logLevel <= .info else { return }
    var metadata: Logger.Metadata = ["run": .stringConvertible(run)]
    if let work = try work(ofRun: run) { metadata = work.metadata }
    context.logger.info("run ended", metadata: metadata)
  }
}

extension RunWork {
  /// What a line of the log tells of it.
  fileprivate var metadata: Logger.Metadata {
    var metadata: Logger.Metadata = [
      "run": .stringConvertible(run), "done": .stringConvertible(done), "unit": "\(unit)",
      "seconds": .stringConvertible(seconds.thousandths),
    ]
    metadata["per_second"] = rate.map { .stringConvertible($0.thousandths) }
    if !counts.isEmpty {
      metadata["counts"] = .dictionary(counts.mapValues { .stringConvertible($0) })
    }
    return metadata
  }
}

extension Throughput {
  /// What a line of the log tells of it.
  var metadata: Logger.Metadata {
    var metadata: Logger.Metadata = [
      "done": .stringConvertible(done), "unit": "\(unit)",
      "seconds": .stringConvertible(seconds.thousandths),
    ]
    metadata["per_second"] = perSecond.map { .stringConvertible($0.thousandths) }
    return metadata
  }
}

extension Double {
  /// Rounded to three digits behind the point.
  fileprivate var thousandths: Double { (self * 1000).rounded() / 1000 }
}
