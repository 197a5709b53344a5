import ArgumentParser
import CommandSupport

@main
struct InspectCommand: WinnowCommand {
  static let configuration = CommandConfiguration(
    commandName: "winnow-inspect",
    abstract: "See what was kept and rejected and why, and overrule it.",
    discussion: """
      Works beside a stage that writes to the workspace. Pairs are found by an index, \
      inspect.sqlite in the workspace, which is made on the first call and when pairs have changed; \
      it may be deleted at any time.

      Example:
        winnow-inspect summary --workspace run
        winnow-inspect list --workspace run --decision rejected --match dog
        winnow-inspect show --workspace run 17
        winnow-inspect diff --workspace run 5 6
        winnow-inspect serve --workspace run
      """,
    version: programVersion,
    subcommands: [
      ListCommand.self, ShowCommand.self, SummaryCommand.self, DiffCommand.self,
      ServeCommand.self, LabelCommand.self, ReportCommand.self,
    ])
}
