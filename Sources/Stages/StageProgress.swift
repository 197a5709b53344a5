import Foundation

/// How far a stage has come. The library only reports it; showing it is the caller's business.
public struct StageProgress: Sendable, Equatable {
  /// The stage's name.
  public let stage: String
  /// What is counted, in the plural: `lines`, `images`, `pairs`.
  public let unit: String
  /// How many are done, those of an earlier, interrupted run included.
  public let done: Int
  /// How many there are; nil when that is not known.
  public let total: Int?
  /// How many are done a second since the stage was started; nil before the first.
  public let rate: Double?
  /// What a reader should see beside the numbers, such as an epoch's loss.
  public let note: String?

  /// A progress of its parts.
  public init(
    stage: String, unit: String, done: Int, total: Int?, rate: Double?, note: String? = nil
  ) {
    self.stage = stage
    self.unit = unit
    self.done = done
    self.total = total
    self.rate = rate
    self.note = note
  }

  /// Seconds until the end at the present rate.
  public var secondsLeft: Double? {
    guard let total, let rate, rate > 0 else { return nil }
    return Double(max(0, total - done)) / rate
  }
}

/// Counts what a stage does and reports it with its rate.
public struct ProgressMeter: Sendable {
  private let stage: String
  private let unit: String
  private var total: Int?
  private let before: Int
  private let context: StageContext
  private let startedAt: Double
  private var done: Int

  /// A meter that starts now.
  ///
  /// - Parameters:
  ///   - total: How many there are; nil when that is not known.
  ///   - done: How many were done before; they do not count in the rate.
  public init(
    stage: String, unit: String, total: Int?, done: Int = 0, context: StageContext
  ) {
    self.stage = stage
    self.unit = unit
    self.total = total
    self.before = done
    self.done = done
    self.context = context
    startedAt = context.uptime()
    report(note: nil)
  }

  /// Seconds since the meter was made.
  public var elapsed: Double { context.uptime() - startedAt }

  /// How many a second were done since the meter was made; nil before the first.
  public var rate: Double? {
    let seconds = elapsed
    return done > before && seconds > 0 ? Double(done - before) / seconds : nil
  }

  /// Counts `count` more and reports.
  /// - Parameter total: how many there are, where that is better known now.
  public mutating func advance(by count: Int, total: Int? = nil, note: String? = nil) {
    done += count
    self.total = total ?? self.total
    report(note: note)
  }

  private func report(note: String?) {
    context.progress(
      StageProgress(
        stage: stage, unit: unit, done: done, total: total, rate: rate, note: note))
  }
}
