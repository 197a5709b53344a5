import Foundation
import Models
import Synchronization

/// Turns an epoch's progress into the stage's: batches of the whole run, with loss and kept share.
///
/// Both networks report, perhaps at the same time. How many pairs later epochs keep is not known
/// before them, so each counts with the batches of all pairs, and a report moves the count by its
/// share of that. The networks may keep different shares; the count never goes back.
final class EpochMeter: Sendable {
  private struct Count {
    var epoch = 0
    var reports = 0
    var done = 0
  }

  private let context: StageContext
  private let sample: TrainSummary.Sample?
  private let startedAt: Double
  private let planned: [Int]
  private let before: Int
  private let count = Mutex(Count())

  init(
    state: TrainingState, trainer: Trainer, sample: TrainSummary.Sample? = nil,
    context: StageContext
  ) {
    self.context = context
    self.sample = sample
    startedAt = context.uptime()
    planned = (0..<trainer.epochs).map(trainer.plannedBatches(ofEpoch:))
    before = planned.prefix(state.epochsDone).reduce(0, +)
  }

  var elapsed: Double { context.uptime() - startedAt }

  /// Batches of the whole run after so many epochs, each counted as one of all pairs.
  func batches(ofEpochs epochs: Int) -> Int { planned.prefix(epochs).reduce(0, +) }

  /// Those that were done since the meter was made.
  var batchesDone: Int { max(0, count.withLock { $0.done } - before) }

  func report(_ progress: TrainingProgress) {
    let ofEpoch = planned[progress.epoch - 1]
    let earlier = planned.prefix(progress.epoch - 1).reduce(0, +)
    let done = count.withLock { count in
      if count.epoch != progress.epoch { count = Count(epoch: progress.epoch, done: count.done) }
      count.reports += 1
      let inEpoch = min(ofEpoch, count.reports * ofEpoch / max(2 * progress.batches, 1))
      count.done = max(count.done, earlier + inEpoch)
      return count.done
    }
    let seconds = elapsed
    var note = "epoch \(progress.epoch)/\(progress.epochs) \(progress.phase.rawValue) "
    note += "network \(progress.network), loss \(String(format: "%.4f", progress.loss))"
    if let share = progress.keptShare {
      note += ", kept \(String(format: "%.1f", share * 100)) %"
    }
    if let sample { note += ", sample of \(SummaryTable.grouped(sample.pairs)) pairs" }
    context.progress(
      StageProgress(
        stage: TrainStage.name, unit: "batches", done: done, total: planned.reduce(0, +),
        rate: seconds > 0 ? Double(done - before) / seconds : nil, note: note))
  }
}
