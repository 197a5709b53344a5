import ArgumentParser
import CommandSupport

@main
struct WinnowBench: WinnowCommand {
  static let configuration = CommandConfiguration(
    commandName: "winnow-bench",
    abstract: "Measures Winnow's computations and shows their numbers.",
    discussion: """
      Example:
        winnow-bench --preset compact --json
        winnow-bench images --twin off
        winnow-bench inspection --pairs 1000000
        winnow-bench reference case.safetensors --output computed.safetensors
      """,
    version: programVersion,
    subcommands: [
      TrainingBenchmark.self, ImageBenchmark.self, InspectionBenchmark.self, ScoresCommand.self,
      ReferenceCommand.self,
    ],
    defaultSubcommand: TrainingBenchmark.self)
}
