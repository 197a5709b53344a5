import ArgumentParser
import CommandSupport
import Stages

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Say where a workspace stands.",
    discussion: """
      Works beside a stage that writes to the workspace.

      Example:
        winnow status --workspace demo
      """)

  @OptionGroup var workspace: WorkspaceOptions

  @Flag(help: "Print the report as JSON.")
  var json = false

  func run() throws {
    let report = try StatusReport(of: workspace.workspace)
    Terminal.write(json ? try OutputOptions.encode(report) : Terminal.harmless(report.report))
  }
}
