import ArgumentParser
import CommandSupport
import Stages

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run the stages of a pipeline file in order.",
    discussion: """
      Running it again goes on where it was interrupted. Paths in the file are relative to it.

      Example:
        winnow run Pipelines/demo.yaml --workspace demo
      """)

  @Argument(help: ArgumentHelp("The pipeline, a YAML file.", valueName: "pipeline"))
  var pipeline: String

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "What ${NAME} stands for in the file; may be given several times.",
      valueName: "name=value"))
  var settings: [Setting] = []

  @Option(
    help: ArgumentHelp(
      "The folder of the run. (default: the workspace that the file names)",
      valueName: "folder"))
  var workspace: String?

  @OptionGroup var restart: RestartOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    let names = settings.map(\.name)
    if let twice = names.first(where: { name in names.filter { $0 == name }.count > 1 }) {
      throw ValidationError("--set \(twice) is given twice")
    }
  }

  func run() throws {
    let file = try PipelineFile(
      at: pipeline,
      setting: Dictionary(uniqueKeysWithValues: settings.map { ($0.name, $0.value) }))
    let runner = try PipelineRunner(file, in: workspace.map(Workspace.init(path:)))
    var completed: [CompletedStage] = []
    try output.withContext(
      of: "winnow run", on: runner.workspace, restarts: restart.restarts
    ) { context, renderer in
      try runner.run(context: context) { stage, summary in
        renderer.finish()
        completed.append(CompletedStage(stage: stage, summary: summary))
        if !output.json { Terminal.write("[\(stage)]\n\(Terminal.harmless(summary.report))\n") }
      }
    }
    if output.json {
      Terminal.write(try OutputOptions.encode(completed))
    } else {
      Terminal.write(
        PipelineTimes(completed.map { ($0.stage, $0.summary.throughput) }).report)
    }
  }
}

/// `NAME=VALUE`.
struct Setting: ExpressibleByArgument {
  let name: String
  let value: String

  init?(argument: String) {
    guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex else {
      return nil
    }
    name = String(argument[..<equals])
    value = String(argument[argument.index(after: equals)...])
  }
}

/// One stage's summary in the JSON of a whole run.
private struct CompletedStage: Encodable {
  let stage: String
  let summary: any StageSummary

  enum CodingKeys: String, CodingKey {
    case stage = "stage"
    case summary = "summary"
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(stage, forKey: .stage)
    try container.encode(SummaryDocument(summary), forKey: .summary)
  }
}
