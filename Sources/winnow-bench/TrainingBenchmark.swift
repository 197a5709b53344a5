import ArgumentParser
import CommandSupport
import Foundation
import Models
import Tensors

struct TrainingBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "training",
    abstract: "Times an iteration, a warm-up step and scoring on fixed synthetic shapes.",
    discussion: """
      An iteration is look-ahead, meta step and main step. GFLOP are the operations of matrix \
      products that are really executed, a multiplication and an addition counting one each; \
      their rate is set against that of a 2048³ product in the same run. Where PyTorch can be \
      imported, the same computation is timed in it, done the published way.

      Example:
        winnow-bench training --preset compact --twin off
      """)

  @Option(help: "One size of network; both unless given.")
  var preset: NetworkPreset?

  @Option(
    help: "Timed runs of each work, after one that does not count; short works run more often.")
  var repeats: Int = 5

  @Option(help: "Number of threads, of PyTorch too; one for each core unless given.")
  var workers: Int?

  @Option(
    help: ArgumentHelp(
      "The PyTorch twin: 'auto' where PyTorch can be imported, 'off', or another script.",
      valueName: "auto|off|path"))
  var twin: TwinChoice = .automatic

  @Option(help: "As --repeats, for PyTorch.")
  var twinRepeats: Int = 3

  @Flag(help: "Print JSON.")
  var json = false

  private var threads: Int { workers ?? ProcessInfo.processInfo.activeProcessorCount }

  func validate() throws {
    for (name, value, limit) in [
      ("repeats", repeats, 1000), ("twin-repeats", twinRepeats, 1000), ("workers", threads, 1024),
    ] where !(1...limit).contains(value) {
      throw ValidationError("--\(name) must be from 1 to \(limit), not \(value).")
    }
  }

  func run() throws {
    let chosen = try chooseTwin()
    let workers = Workers(threads)
    say("timing a product of 2048 × 2048 matrices")
    var report = BenchmarkReport(
      version: programVersion, processor: Machine.processor, threads: workers.count,
      blas: blasKernelName, sgemmGigaflopsPerSecond: Machine.productRate(workers: workers),
      shapes: BenchmarkShapes(), presets: [], twinAbsence: chosen.absence)
    for preset in preset.map({ [$0] }) ?? NetworkPreset.allCases {
      report.presets.append(
        try measure(preset, workers: workers, sgemm: report.sgemmGigaflopsPerSecond))
    }
    // A twin that fails takes nothing from what was measured before.
    let failure = addTwin(chosen.twin, to: &report)
    Terminal.write(json ? try OutputOptions.encode(report) : Terminal.harmless(report.table))
    if let failure { throw failure }
  }

  private func measure(
    _ preset: NetworkPreset, workers: Workers, sgemm: Double
  ) throws -> PresetReport {
    Machine.restartPeakMemory()
    let workload = TrainingWorkload(preset, workers: workers, sgemm: sgemm)
    let works = try TrainingWork.allCases.map { work in
      say("\(preset.rawValue): timing \(work.title)")
      return try workload.measure(work, repeats: repeats)
    }
    return PresetReport(preset: preset, peakMemory: Machine.peakMemory, works: works)
  }

  /// The twin to run, or why there is none.
  private func chooseTwin() throws -> (twin: PyTorchTwin?, absence: String?) {
    switch twin {
    case .off: return (nil, nil)
    case .automatic:
      guard let script = TwinScript.find(PyTorchTwin.path, program: Bundle.main.executableURL)
      else { return (nil, PyTorchTwin.scriptAbsence) }
      let twin = PyTorchTwin(script: script)
      return try twin.missingTorch() == nil ? (twin, nil) : (nil, PyTorchTwin.absence)
    case .script(let path):
      let twin = PyTorchTwin(script: try TwinScript.named(path))
      if let detail = try twin.missingTorch() {
        throw BenchError.torchMissing(script: path, detail: detail)
      }
      return (twin, nil)
    }
  }

  private func addTwin(_ twin: PyTorchTwin?, to report: inout BenchmarkReport) -> BenchError? {
    guard let twin else { return nil }
    do throws(BenchError) {
      for index in report.presets.indices {
        let preset = report.presets[index].preset
        say("\(preset.rawValue): timing PyTorch, the published way")
        report.presets[index].compare(
          with: try twin.measure(preset, threads: threads, repeats: twinRepeats))
      }
      return nil
    } catch {
      return error
    }
  }

  private func say(_ text: String) { Terminal.writeError("winnow-bench: \(text)") }
}

extension NetworkPreset: ExpressibleByArgument {}
