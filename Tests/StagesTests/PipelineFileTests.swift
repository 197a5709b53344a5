import Foundation
import Models
import Pairs
import Testing

@testable import Stages

@Suite struct PipelineFileTests {
  private func read(_ text: String, _ values: [String: String] = [:]) throws -> PipelineFile {
    try PipelineFile(text, path: "/data/p.yaml", setting: values)
  }

  @Test func pathsAreRelativeToTheFileAndSettingsAreFilledIn() throws {
    let pipeline = try read(
      """
      workspace: ${WHERE}/run
      seed: 7
      stages:
        - corrupt: {input: clean.tsv, ratio: 0.3, output: noisy.tsv, truth: truth.tsv}
        - ingest: {input: [noisy.tsv, /other/m.tsv], role: meta}
        - export:
        - export
        - export: {role: [train, dev], format: webdataset, shard-pairs: 9, reviews: true}
        - export: {role: dev}
        - train: {meta-from-reviews: true}
        - train: {meta-from-reviews: false}
      """, ["WHERE": "../w"])
    #expect(pipeline.workspace?.path == "/w/run")
    #expect(pipeline.stages.count == 8)
    let corrupt = try #require(pipeline.stages[0] as? CorruptStage).configuration
    #expect(corrupt.input == "/data/clean.tsv" && corrupt.truth == "/data/truth.tsv")
    #expect(corrupt.seed == 7 && corrupt.ratio == 0.3)
    let ingest = try #require(pipeline.stages[1] as? IngestStage).configuration
    #expect(ingest.inputs == ["/data/noisy.tsv", "/other/m.tsv"] && ingest.role == .meta)
    let export = try #require(pipeline.stages[2] as? ExportStage).configuration
    #expect(export == ExportConfiguration())
    let exports = pipeline.stages[4...5].compactMap { ($0 as? ExportStage)?.configuration }
    #expect(
      exports == [
        ExportConfiguration(
          format: .webdataset, roles: [.train, .dev], isReviewed: true, shardPairs: 9),
        ExportConfiguration(roles: [.dev]),
      ])
    let trains = pipeline.stages[6...7].compactMap { ($0 as? TrainStage)?.configuration }
    #expect(trains.map(\.metaFromReviews) == [true, nil])
    #expect(try trains[1].json() == TrainConfiguration(seed: 7).json())
  }

  @Test func everyPipelineOfTheProjectIsValid() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Pipelines").standardizedFileURL
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".yaml") }
    #expect(files.count >= 5)
    let values = ["DATA": "/data", "RUN": "/run", "RATIO": "0.5", "SEED": "1"]
    for file in files {
      let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
      // A value that no pipeline names would be refused.
      let used = values.filter { text.contains("${\($0.key)}") }
      let path = folder.appending(path: file).path
      let pipeline = try PipelineFile(text, path: path, setting: used)
      #expect(pipeline.stages.count >= 5, "\(file)")
    }
  }

  @Test(arguments: [
    ("stages: [ingest: {inptu: a}]", "1: ingest: unknown key \"inptu\"; did you mean \"input\"?"),
    ("stages: [ingset: {input: a}]", "1: unknown stage \"ingset\"; did you mean \"ingest\"?"),
    ("stage: []", "1: the pipeline: unknown key \"stage\"; did you mean \"stages\"?"),
    ("stages: []", "1: stages: expected a list of stages"),
    ("seed: 3", "1: stages: expected a list of stages"),
    ("stages:\n  - ingest: {}", "2: ingest: the key \"input\" is missing"),
    ("stages: [ingest: {input: []}]", "1: ingest: input: name at least one manifest"),
    ("stages: [ingest: 3]", "1: ingest: expected keys and values"),
    (
      "stages: [ingest: {input: a}, {export: {}, ingest: {}}]",
      "1: expected one stage with its configuration, such as \"- ingest: {input: M.tsv}\""
    ),
    (
      "stages: [ingest: {input: '${NAME}'}]",
      "1: ${NAME} has no value; give --set NAME=VALUE"
    ),
    ("stages: [ingest: {input: a, input: b}]", "1: the key \"input\" is there twice"),
    (
      "stages:\n  - corrupt: {input: a, ratio: 0.1, seed: 1, output: b, truth: t}\n"
        + "  - ingest: {input: t}",
      "3: ingest: /data/t is the truth, which only evaluate may read"
    ),
  ])
  func mistakesAreNamed(_ text: String, _ message: String) {
    let error = #expect(throws: StagesError.self) { try read(text) }
    #expect(error?.description == "/data/p.yaml:\(message)")
  }

  @Test func unusedAndMisspeltSettingsAreNamed() {
    let unused = #expect(throws: StagesError.self) {
      try read("stages: [ingest: {input: '${INPUT}'}]", ["INPUT": "a", "INPTU": "b"])
    }
    #expect(
      unused?.description
        == "/data/p.yaml: --set INPTU: the pipeline has no ${INPTU}; did you mean \"INPUT\"?")
    let misspelt = #expect(throws: StagesError.self) {
      try read("stages: [ingest: {input: '${INPTU}'}]", ["INPUT": "a"])
    }
    #expect(
      misspelt?.description
        == "/data/p.yaml:1: ${INPTU} has no value; did you mean \"INPUT\"?; give --set INPTU=VALUE"
    )
  }

  @Test func aValueOfTheWrongKindNamesItsKey() {
    let error = #expect(throws: StagesError.self) {
      try read("stages: [ingest: {input: a, role: trian}]")
    }
    #expect(error?.description.hasPrefix("/data/p.yaml:1: ingest: role: ") == true)
  }

  @Test func runsStagesInOrderUnderOneLock() throws {
    let fixture = try StageFixture()
    let clean = (0..<20).map { "caption \($0)\timage\($0).jpg\n" }.joined()
    _ = try fixture.manifest(Array(clean.utf8), name: "clean.tsv")
    let path = try fixture.folder.write(
      Array(
        """
        workspace: run
        stages:
          - corrupt: {input: clean.tsv, ratio: 0.5, seed: 3, output: noisy.tsv, truth: truth.tsv}
          - ingest: {input: noisy.tsv}
          - export: {decision: all, output: all.tsv}
        """.utf8), to: "p.yaml")
    let runner = try PipelineRunner(PipelineFile(at: path))
    var names: [String] = []
    try runner.run(context: fixture.context()) { name, _ in names.append(name) }
    #expect(names == ["corrupt", "ingest", "export"])
    #expect(try fixture.folder.read("all.tsv") == fixture.folder.read("noisy.tsv"))
    #expect(fixture.workspace.currentWriter() == nil)
    try runner.run(context: fixture.context()) { _, _ in }
    #expect(try fixture.outcomes().count == 20)
  }
}

/// The pipelines that come with the project.
@Suite struct ShippedPipelineTests {
  private static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Pipelines")

  @Test(arguments: [
    ("flickr30k-precomp", ["DATA": "/d", "RUN": "/r", "SEED": "7", "RATIO": "0.2"]),
    ("cc152k-precomp", ["DATA": "/d", "RUN": "/r", "SEED": "7"]),
  ])
  func thePapersSettingsAreThePapers(name: String, values: [String: String]) throws {
    let path = Self.folder.appending(path: "\(name).yaml").path
    let stages = try PipelineFile(at: path, setting: values).stages
    let train = try #require(stages.compactMap { $0 as? TrainStage }.first).configuration
    #expect(train.recipe == .published(seed: 7))
    #expect(
      train.sizes(regionDimension: 2048, regions: 36, vocabularySize: 9)
        == NetworkPreset.paper.configuration(
          regionDimension: 2048, regions: 36, vocabularySize: 9))
    let ingests = stages.compactMap { ($0 as? IngestStage)?.configuration }
    #expect(ingests.contains { $0.format == .precomp && $0.inputs == ["/d"] })
    #expect(stages.contains { ($0 as? EvaluateStage)?.configuration.retrieval == .test })
  }
}
