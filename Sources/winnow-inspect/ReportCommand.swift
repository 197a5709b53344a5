import ArgumentParser
import Audit
import CommandSupport
import Foundation
import Inspector
import Pairs
import Stages

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write one HTML file to send around.",
    discussion: """
      Where every pair ended, the histogram of similarities, training curves, and a sample of kept \
      and rejected pairs for each reason, with their pictures. The file holds all that it shows \
      and names no path of this machine. It appears when it is complete.

      Example:
        winnow-inspect report --workspace run --output report.html
      """)

  @OptionGroup var workspace: WorkspaceOptions

  @Option(
    name: .customLong("output"),
    help: ArgumentHelp("The file to write.", valueName: "file"))
  var path = "report.html"

  @Option(
    name: .customLong("sample"),
    help: ArgumentHelp("How many pairs to show of each reason, 0 to 100.", valueName: "count"))
  var sampleSize = 12

  @Flag(help: "Show no progress.")
  var quiet = false

  func validate() throws {
    guard InspectorReport.sampleSizes.contains(sampleSize) else {
      throw ValidationError("--sample must be from 0 to 100, not \(sampleSize).")
    }
  }

  func run() throws {
    let workspace = workspace.workspace
    let audit = try workspace.openInspected()
    let index = try workspace.openInspection(of: audit)
    let renderer = ProgressRenderer.onStandardError
    let report = InspectorReport(
      InspectorConfiguration(
        workspace: workspace.path, address: ListeningAddress(host: "127.0.0.1", port: 0),
        reviewer: "", token: "", now: { Date() }, writer: { nil }),
      audit: audit, index: index, version: programVersion)
    let html = try report.html(sampleSize: sampleSize) { done, total in
      if !quiet {
        renderer.show(
          StageProgress(stage: "report", unit: "samples", done: done, total: total, rate: nil))
      }
    }
    renderer.finish()
    try AtomicFile.write(Array(html.utf8), to: path)
    try audit.close()
    Terminal.write(Terminal.harmless("\(path): \(html.utf8.count / 1024) KiB"))
  }
}
