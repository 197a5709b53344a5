import ArgumentParser
import CommandSupport

struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Show the workspace as web pages on this machine.",
    discussion: """
      An overview with the threshold to play with, a gallery, a page for each pair that says why, \
      and reviews that overrule the model. Works beside a stage that writes to the workspace. \
      Nothing is loaded from elsewhere.

      Example:
        winnow-inspect serve --workspace run
        winnow-inspect serve --workspace run --port 0 --reviewer me
      """)

  @OptionGroup var workspace: WorkspaceOptions
  @OptionGroup var options: ServeOptions

  func run() throws {
    try options.configuration(of: workspace.workspace).serve(workspace.workspace)
  }
}
