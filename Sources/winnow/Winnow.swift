import ArgumentParser
import CommandSupport

@main
struct Winnow: WinnowCommand {
  static let configuration = CommandConfiguration(
    commandName: "winnow",
    abstract: "Clean web-harvested image-caption datasets.",
    discussion: """
      Each stage is a program of its own, winnow-ingest to winnow-export; this one runs a whole \
      pipeline of them and says where a workspace stands.

      Example:
        winnow run Pipelines/demo.yaml --workspace demo
        winnow status --workspace demo
      """,
    version: programVersion,
    subcommands: [RunCommand.self, StatusCommand.self])
}
