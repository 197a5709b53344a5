import Audit
import Foundation
import Stages

/// What is known of a command while it works, and how Prometheus is told.
struct CommandMetrics {
  /// A unit that a stage counts.
  private struct Items {
    var done: Int
    var total: Int?
    var rate: Double?
  }

  /// One stage of the command, which a pipeline may run several times.
  private struct StageState {
    let name: String
    var startedAt: Date
    /// When it began, of the clock that never jumps; nil when it does not work.
    var runningSince: Double?
    var seconds = 0.0
    var endedAt: Date?
    var isSuccess: Bool?
    var items: [(unit: String, items: Items)] = []
    var runs: [Int64: RunWork] = [:]
  }

  private let command: String
  private let workspace: String
  private let version: String
  private let startedAt: Date
  private var endedAt: Date?
  private var isSuccess: Bool?
  private var stages: [StageState] = []

  /// - Parameter workspace: The workspace's path; empty without one.
  init(command: String, workspace: String, version: String, startedAt: Date) {
    self.command = command
    self.workspace = workspace
    self.version = version
    self.startedAt = startedAt
  }

  /// Takes in what happened.
  mutating func note(_ event: StageEvent, at date: Date, uptime: Double) {
    switch event {
    case .began(let name):
      let index = stages.firstIndex { $0.name == name } ?? stages.count
      if index == stages.count { stages.append(StageState(name: name, startedAt: date)) }
      stages[index].startedAt = date
      stages[index].runningSince = uptime
      stages[index].endedAt = nil
      stages[index].isSuccess = nil
    case .stored(let work):
      change(work.stage) { $0.runs[work.run] = work }
    case .ended(let name, _):
      end(name, isSuccess: true, at: date, uptime: uptime)
    case .failed(let name):
      end(name, isSuccess: false, at: date, uptime: uptime)
    }
  }

  /// Takes in how far a stage has come.
  mutating func note(_ progress: StageProgress) {
    let now = Items(done: progress.done, total: progress.total, rate: progress.rate)
    change(progress.stage) { stage in
      if let index = stage.items.firstIndex(where: { $0.unit == progress.unit }) {
        stage.items[index].items = now
      } else {
        stage.items.append((progress.unit, now))
      }
    }
  }

  /// Takes in the command's end.
  mutating func end(isSuccess: Bool, at date: Date) {
    endedAt = date
    self.isSuccess = isSuccess
  }

  private mutating func change(_ name: String, _ change: (inout StageState) -> Void) {
    guard let index = stages.firstIndex(where: { $0.name == name }) else { return }
    change(&stages[index])
  }

  private mutating func end(_ name: String, isSuccess: Bool, at date: Date, uptime: Double) {
    change(name) { stage in
      stage.seconds += stage.runningSince.map { max(0, uptime - $0) } ?? 0
      stage.runningSince = nil
      stage.endedAt = date
      stage.isSuccess = isSuccess
    }
  }
}

extension CommandMetrics {
  private typealias Sample = PrometheusText.Sample

  /// The file's text.
  func text(at date: Date, uptime: Double, usage: ProcessUsage) -> String {
    var text = PrometheusText(common: [("command", command), ("workspace", workspace)])
    addCommand(at: date, usage, to: &text)
    addStages(uptime: uptime, to: &text)
    addItems(to: &text)
    addRuns(to: &text)
    return text.text
  }

  private func addCommand(at date: Date, _ usage: ProcessUsage, to text: inout PrometheusText) {
    text.add(
      "winnow_build_info", .gauge, "The program's version; the value is always 1.",
      [Sample(1, [("version", version)])])
    text.add(
      "winnow_command_running", .gauge, "1 while the command works, 0 when it has ended.",
      [Sample(endedAt == nil ? 1 : 0)])
    text.add(
      "winnow_command_success", .gauge, "1 when the command did all it had to, 0 when it failed.",
      isSuccess.map { [Sample($0 ? 1 : 0)] } ?? [])
    text.add(
      "winnow_command_start_timestamp_seconds", .gauge, "When the command began.",
      [Sample(Self.timestamp(startedAt))])
    text.add(
      "winnow_command_end_timestamp_seconds", .gauge, "When the command ended.",
      endedAt.map { [Sample(Self.timestamp($0))] } ?? [])
    text.add(
      "winnow_command_updated_timestamp_seconds", .gauge,
      "When this was written; long ago, with winnow_command_running 1, the command was killed.",
      [Sample(Self.timestamp(date))])
    text.add(
      "winnow_command_resident_memory_bytes", .gauge, "Memory that the command holds.",
      usage.residentBytes.map { [Sample(Double($0))] } ?? [])
    text.add(
      "winnow_command_peak_memory_bytes", .gauge, "The most memory that the command has held.",
      [Sample(Double(usage.peakBytes))])
    text.add(
      "winnow_command_cpu_seconds_total", .counter, "Processor time of the command's threads.",
      [Sample(Self.microseconds(usage.processorSeconds))])
  }

  private func addStages(uptime: Double, to text: inout PrometheusText) {
    func samples(_ value: (StageState) -> Double?) -> [Sample] {
      stages.compactMap { stage in value(stage).map { Sample($0, [("stage", stage.name)]) } }
    }
    text.add(
      "winnow_stage_running", .gauge, "1 while the stage works, 0 when it has ended.",
      samples { $0.runningSince == nil ? 0 : 1 })
    text.add(
      "winnow_stage_success", .gauge, "1 when the stage did all it had to, 0 when it failed.",
      samples { $0.isSuccess.map { $0 ? 1 : 0 } })
    text.add(
      "winnow_stage_start_timestamp_seconds", .gauge, "When the stage began.",
      samples { Self.timestamp($0.startedAt) })
    text.add(
      "winnow_stage_end_timestamp_seconds", .gauge, "When the stage ended.",
      samples { $0.endedAt.map(Self.timestamp) })
    text.add(
      "winnow_stage_seconds_total", .counter, "How long this command has worked on the stage.",
      samples { stage in
        let seconds = stage.seconds + (stage.runningSince.map { max(0, uptime - $0) } ?? 0)
        return Self.microseconds(seconds)
      })
  }

  private func addItems(to text: inout PrometheusText) {
    func samples(_ value: (Items) -> Double?) -> [Sample] {
      stages.flatMap { stage in
        stage.items.compactMap { unit, items in
          value(items).map { Sample($0, [("stage", stage.name), ("unit", unit)]) }
        }
      }
    }
    text.add(
      "winnow_stage_items_done", .gauge,
      "How many of the unit are done, those of an interrupted run before included.",
      samples { Double($0.done) })
    text.add(
      "winnow_stage_items_expected", .gauge, "How many of the unit there are to do.",
      samples { $0.total.map(Double.init) })
    text.add(
      "winnow_stage_items_per_second", .gauge, "How many a second since the stage was started.",
      samples(\.rate))
  }

  private func addRuns(to text: inout PrometheusText) {
    let measured = stages.filter { !$0.runs.isEmpty }
    text.add(
      "winnow_run_seconds_total", .counter,
      "How long the stage's runs have worked, as in the table run: before a kill and after it.",
      measured.map { stage in
        Sample(
          stage.runs.values.map(\.seconds).sorted().reduce(0, +), [("stage", stage.name)])
      })
    text.add(
      "winnow_run_items_total", .counter,
      "How many of the unit the stage's runs have done and stored.",
      measured.flatMap { stage in
        var items: [String: Int] = [:]
        for run in stage.runs.values { items[run.unit, default: 0] += run.done }
        return items.sorted { $0.key < $1.key }.map {
          Sample(Double($0.value), [("stage", stage.name), ("unit", $0.key)])
        }
      })
    text.add(
      "winnow_run_outcomes_total", .counter,
      "How many rows the stage's runs have stored with the reason, or with ok.",
      measured.flatMap { stage in
        let counts = stage.runs.values.reduce(into: [:]) {
          $0.merge($1.counts, uniquingKeysWith: +)
        }
        return counts.sorted { $0.key < $1.key }.map {
          Sample(Double($0.value), [("stage", stage.name), ("reason", $0.key)])
        }
      })
  }

  /// No more digits than clocks have.
  private static func microseconds(_ seconds: Double) -> Double {
    (seconds * 1e6).rounded() / 1e6
  }

  /// Prometheus counts seconds since 1970.
  private static func timestamp(_ date: Date) -> Double {
    (date.timeIntervalSince1970 * 1000).rounded() / 1000
  }
}
