/// What a run has done so far, what it did before a kill included.
public struct RunWork: Sendable, Equatable {
  /// The run's number.
  public let run: Int64
  /// The stage's name.
  public let stage: String
  /// What is counted, in the plural: `lines`, `images`, `pairs`.
  public let unit: String
  /// How many of it were done.
  public let done: Int
  /// How long that took.
  public let seconds: Double
  /// How many rows ended with each reason, or with `ok`.
  public let counts: [String: Int]

  /// Work of its parts.
  public init(
    run: Int64, stage: String, unit: String, done: Int, seconds: Double, counts: [String: Int]
  ) {
    self.run = run
    self.stage = stage
    self.unit = unit
    self.done = done
    self.seconds = seconds
    self.counts = counts
  }

  /// How many a second; nil before any time has passed.
  public var rate: Double? { seconds > 0 ? Double(done) / seconds : nil }
}

/// How a run's work is measured while its rows are stored.
public struct RunMeasurement: Sendable {
  /// Seconds since some moment, which never go back.
  let uptime: @Sendable () -> Double
  /// Called after each transaction that counted something, on the thread that stored it.
  let stored: @Sendable (RunWork) -> Void

  /// A measurement of its parts.
  public init(
    uptime: @escaping @Sendable () -> Double,
    stored: @escaping @Sendable (RunWork) -> Void = { _ in }
  ) {
    self.uptime = uptime
    self.stored = stored
  }
}

/// Seconds as they are stored: whole microseconds, so that sums do not depend on their order.
struct WorkSeconds: Hashable, Sendable {
  private let microseconds: Int64

  init(_ seconds: Double) {
    // Beyond this no clock of ours goes; a made-up value must not trap.
    microseconds = Int64((min(max(seconds, 0), 1e12) * 1e6).rounded())
  }

  private init(microseconds: Int64) { self.microseconds = microseconds }

  var value: Double { Double(microseconds) / 1e6 }

  static func + (left: WorkSeconds, right: WorkSeconds) -> WorkSeconds {
    WorkSeconds(microseconds: left.microseconds &+ right.microseconds)
  }
}
