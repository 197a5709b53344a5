import Synchronization

/// Measures the runs that are under way on a database handle: what passed between two transactions
/// belongs to the rows of the second, and to their run alone, so that runs which go on side by side share
/// the time between them. What is rolled back is not counted.
final class RunStopwatch: Sendable {
  /// A reading, to be `kept` when its transaction is committed.
  struct Lap {
    let seconds: WorkSeconds
    fileprivate let readAt: Double
  }

  private struct Running {
    var measurements: [Int64: RunMeasurement] = [:]
    /// When the last lap of any of them was read.
    var since = 0.0
  }

  private let running = Mutex(Running())

  /// Begins to measure a run; nil leaves it unmeasured.
  func start(_ run: Int64, _ measurement: RunMeasurement?) {
    running.withLock { running in
      if let measurement, running.measurements.isEmpty { running.since = measurement.uptime() }
      running.measurements[run] = measurement
    }
  }

  /// What has passed since the last lap that was kept; nil for a run that is not measured.
  func lap(of run: Int64) -> Lap? {
    running.withLock { running in
      guard let measurement = running.measurements[run] else { return nil }
      let now = measurement.uptime()
      return Lap(seconds: WorkSeconds(now - running.since), readAt: now)
    }
  }

  /// Takes note that a lap is stored, and tells whoever watches the run.
  func keep(_ lap: Lap, of work: RunWork) {
    let measurement = running.withLock { running -> RunMeasurement? in
      guard let measurement = running.measurements[work.run] else { return nil }
      running.since = lap.readAt
      return measurement
    }
    measurement?.stored(work)
  }

  /// Ends the measuring of a run.
  func stop(_ run: Int64) {
    running.withLock { $0.measurements[run] = nil }
  }
}
