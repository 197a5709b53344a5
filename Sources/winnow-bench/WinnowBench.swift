import ArgumentParser

@main
struct WinnowBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "winnow-bench",
    abstract: "Measures Winnow's computations and shows their numbers.",
    discussion: """
      EXAMPLE
        winnow-bench training --preset compact
        winnow-bench reference case.safetensors --output computed.safetensors
      """,
    subcommands: [TrainingBenchmark.self, ReferenceCommand.self],
    defaultSubcommand: TrainingBenchmark.self)
}
