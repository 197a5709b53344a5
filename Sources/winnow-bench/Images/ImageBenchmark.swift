import ArgumentParser
import CommandSupport
import Foundation
import Stages
import Tensors

struct ImageBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "images",
    abstract: "Times decoding, the image network and the whole featurize stage.",
    discussion: """
      On generated JPEGs that compress like photographs, with one thread and with all. Pillow, \
      OpenCV and ONNX Runtime are timed on the same files where Python can import them.

      Example:
        winnow-bench images --twin off
      """)

  @Option(help: "The image network.")
  var backbone: FeaturizeConfiguration.Backbone = .lite0

  @Option(
    help: ArgumentHelp(
      "Its weights. (default: Data/weights/efficientnet_BACKBONE.pth)", valueName: "file"))
  var weights: String?

  @Option(
    help: ArgumentHelp(
      "Timed runs of each work. A whole stage runs just so often; the others after a run that does"
        + " not count, short ones more often."))
  var repeats: Int = 3

  @Option(
    help:
      "Number of threads of the second round, after that with one; one for each core unless given."
  )
  var workers: Int?

  @Option(
    help: ArgumentHelp(
      "The Python twin: 'auto' for what can be imported, 'off', or another script.",
      valueName: "auto|off|path"))
  var twin: TwinChoice = .automatic

  @Option(help: "As --repeats, for the others.")
  var twinRepeats: Int = 3

  @Option(
    help: ArgumentHelp(
      "A new folder to keep the pictures in; they are removed at the end unless given.",
      valueName: "folder"))
  var files: String?

  @Flag(help: "Print JSON.")
  var json = false

  private var threads: [Int] {
    let all = workers ?? ProcessInfo.processInfo.activeProcessorCount
    return all == 1 ? [1] : [1, all]
  }

  func validate() throws {
    for (name, value, limit) in [
      ("repeats", repeats, 1000), ("twin-repeats", twinRepeats, 1000),
      ("workers", threads.last ?? 1, 1024),
    ] where !(1...limit).contains(value) {
      throw ValidationError("--\(name) must be from 1 to \(limit), not \(value).")
    }
  }

  func run() throws {
    let chosen = try chooseTwin()
    let weights = weights ?? backbone.standardWeights
    guard FileManager.default.isReadableFile(atPath: weights) else {
      throw BenchError.weightsMissing(path: weights, backbone: backbone.rawValue)
    }
    let path =
      files
      ?? FileManager.default.temporaryDirectory
      .appending(path: "winnow-bench-\(UUID().uuidString)").path
    defer { if files == nil { try? FileManager.default.removeItem(atPath: path) } }
    say("making pictures")
    let folder = try PictureFolder(at: path, workers: Workers(threads.last ?? 1))
    let stage = FeaturizeConfiguration(backbone: backbone, weights: weights)
    let workload = try ImageWorkload(folder, stage, weights: weights)
    var report = ImageReport(
      version: programVersion, processor: Machine.processor, blas: blasKernelName,
      backbone: backbone.rawValue, grid: stage.grid, batch: stage.batch,
      gigaflopPerImage: Double(backbone.architecture.operations) / 1e9,
      pictures: PictureSize.allCases.map { .init($0, files: folder.pictures($0)) },
      groups: try threads.map { try measure(workload, threads: $0) },
      reducedDifference: try workload.reducedDifference(),
      twinAbsences: chosen.absence.map { [$0] } ?? [])
    if files != nil || chosen.twin != nil { try workload.writeResults() }
    // A twin that fails takes nothing from what was measured before.
    let failure = addTwin(chosen.twin, folder: path, weights: weights, to: &report)
    Terminal.write(json ? try OutputOptions.encode(report) : Terminal.harmless(report.table))
    if let failure { throw failure }
  }

  private func measure(_ workload: ImageWorkload, threads: Int) throws -> ImageReport.ThreadGroup {
    let name = threads == 1 ? "1 thread" : "\(threads) threads"
    say("\(name): timing a product of 2048 × 2048 matrices")
    let sgemm = Machine.productRate(workers: Workers(threads))
    let works = try ImageWork.allCases.map { work in
      say("\(name): timing \(work.rawValue)")
      return try workload.measure(work, threads: threads, repeats: repeats, sgemm: sgemm)
    }
    return .init(threads: threads, sgemmGigaflopsPerSecond: sgemm, works: works)
  }

  /// The twin to run, or why there is none.
  private func chooseTwin() throws -> (twin: ImageTwin?, absence: String?) {
    switch twin {
    case .off: return (nil, nil)
    case .automatic:
      guard let script = TwinScript.find(ImageTwin.path, program: Bundle.main.executableURL)
      else { return (nil, ImageTwin.scriptAbsence) }
      let twin = ImageTwin(script: script)
      return try twin.hasPython ? (twin, nil) : (nil, ImageTwin.pythonAbsence)
    case .script(let path):
      return (ImageTwin(script: try TwinScript.named(path)), nil)
    }
  }

  private func addTwin(
    _ twin: ImageTwin?, folder: String, weights: String, to report: inout ImageReport
  ) -> BenchError? {
    guard let twin else { return nil }
    say("timing Pillow, OpenCV and ONNX Runtime")
    do throws(BenchError) {
      report.compare(
        with: try twin.measure(
          folder, weights: weights, backbone: report.backbone, grid: report.grid,
          threads: threads, repeats: twinRepeats))
      return nil
    } catch {
      return error
    }
  }

  private func say(_ text: String) { Terminal.writeError("winnow-bench: \(text)") }
}

extension FeaturizeConfiguration.Backbone: ExpressibleByArgument {}
