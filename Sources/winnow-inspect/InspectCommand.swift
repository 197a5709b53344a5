import ArgumentParser
import CommandSupport

@main
struct InspectCommand: WinnowCommand {
  static let configuration = CommandConfiguration(
    commandName: "winnow-inspect",
    abstract: "See what was rejected and why, and overrule it.",
    version: programVersion,
    subcommands: [ServeCommand.self, LabelCommand.self, ReportCommand.self])
}
