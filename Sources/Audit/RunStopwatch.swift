import Synchronization

/// Measures the run that is under way on a database handle: what passed between two transactions
/// belongs to the rows of the second. What is rolled back is not counted.
final class RunStopwatch: Sendable {
  /// A reading, to be `kept` when its transaction is committed.
  struct Lap {
    let seconds: WorkSeconds
    fileprivate let readAt: Double
  }

  private struct Running {
    let run: Int64
    let measurement: RunMeasurement
    var since: Double
  }

  private let running = Mutex<Running?>(nil)

  /// Begins to measure a run, in place of the one before.
  func start(_ run: Int64, _ measurement: RunMeasurement?) {
    running.withLock {
      $0 = measurement.map { Running(run: run, measurement: $0, since: $0.uptime()) }
    }
  }

  /// What has passed since the last lap of the run that was kept; nil for one that is not measured.
  func lap(of run: Int64) -> Lap? {
    running.withLock { running in
      guard let running, running.run == run else { return nil }
      let now = running.measurement.uptime()
      return Lap(seconds: WorkSeconds(now - running.since), readAt: now)
    }
  }

  /// Takes note that a lap is stored, and tells whoever watches the run.
  func keep(_ lap: Lap, of work: RunWork) {
    let measurement = running.withLock { running -> RunMeasurement? in
      guard running?.run == work.run else { return nil }
      running?.since = lap.readAt
      return running?.measurement
    }
    measurement?.stored(work)
  }

  /// Ends the measuring of a run.
  func stop(_ run: Int64) {
    running.withLock { if $0?.run == run { $0 = nil } }
  }
}
