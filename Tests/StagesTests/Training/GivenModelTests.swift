import Audit
import Foundation
import Models
import Pairs
import TestSupport
import Testing

@testable import Stages

/// Scoring with, and training from, a model that was named.
@Suite struct GivenModelTests {
  let fixture: TrainedFixture
  let other: ScratchFolder

  init() throws {
    fixture = try TrainedFixture()
    other = try ScratchFolder()
  }

  private var models: String { other.file("models") }

  /// Trains in the fixture's workspace and keeps a copy of the models alone.
  private func trainedElsewhere() throws -> [PairOutcome] {
    try fixture.prepare()
    try fixture.score()
    let outcomes = try fixture.outcomes()
    try FileManager.default.copyItem(atPath: fixture.workspace.modelsPath, toPath: models)
    return outcomes
  }

  @Test func anotherWorkspacesModelScoresWithoutTraining() throws {
    let outcomes = try trainedElsewhere()
    let fresh = try TrainedFixture()
    try fresh.prepare()
    let score = ScoreStage(ScoreConfiguration(model: models))
    let summary = try fresh.stages.perform(score)
    #expect(
      summary.scored == TrainedFixture.harvested + TrainedFixture.trusted + TrainedFixture.dev)
    #expect(try fresh.outcomes().map(\.similarity) == outcomes.map(\.similarity))
    #expect(
      !FileManager.default.fileExists(atPath: fresh.workspace.modelsPath + "/net-a.safetensors"))
    #expect(try fresh.stages.perform(score).scored == 0)

    try fresh.stages.perform(PurifyStage(PurifyConfiguration()))
    let evaluated = try fresh.stages.perform(
      EvaluateStage(EvaluateConfiguration(truth: fresh.truthPath)))
    #expect(evaluated.retrieval?.images == TrainedFixture.dev)

    try FileManager.default.removeItem(atPath: models + "/vocabulary.json")
    let error = #expect(throws: StagesError.self) { try fresh.stages.perform(score) }
    #expect(error?.description.hasPrefix("\(models)/vocabulary.json: cannot be read; ") == true)
  }

  @Test func trainingStartsFromAGivenModel() throws {
    _ = try trainedElsewhere()
    var configuration = TrainConfiguration(recipe: .published, seed: 9)
    configuration.initializeFrom = models
    configuration.warmupEpochs = 0
    configuration.epochs = 1
    configuration.rate = 1e-12
    configuration.metaRate = 1e-12
    let fresh = try TrainedFixture()
    try fresh.prepare()
    try fresh.stages.perform(TrainStage(configuration))
    let trained = try ModelFolder.networks(at: ModelFolder(workspace: fresh.workspace).networkPaths)
    let start = try ModelFolder.networks(at: ModelFolder(path: models).networkPaths)
    for (network, before) in zip(trained, start) {
      #expect(network.similarity.configuration == before.similarity.configuration)
      for (after, own) in zip(network.similarity.parameters, before.similarity.parameters) {
        #expect(zip(after.value.elements, own.value.elements).allSatisfy { abs($0 - $1) < 1e-6 })
      }
    }
    #expect(
      try Vocabulary(readFrom: ModelFolder(workspace: fresh.workspace).vocabularyPath)
        == Vocabulary(readFrom: models + "/vocabulary.json"))
    #expect(try fresh.stages.perform(TrainStage(configuration)).wasDone)

    // Another file is another training, even where it has the same name.
    try FileManager.default.removeItem(atPath: models + "/net-b.safetensors")
    try FileManager.default.copyItem(
      atPath: models + "/net-a.safetensors", toPath: models + "/net-b.safetensors")
    #expect(throws: ModelsError.self) { try fresh.stages.perform(TrainStage(configuration)) }

    configuration.embedSize = 17
    let error = #expect(throws: StagesError.self) {
      try fresh.stages.perform(TrainStage(configuration), restarts: true)
    }
    #expect(
      error?.description
        == "train: embed-size: is 17, but the model to start from has 16; leave it out")
  }

  @Test func aVocabularyIsLookedForBesideTheCheckpoint() throws {
    try fixture.prepare()
    let published = PublishedFixture.folder
    let checkpoint = try other.write(
      Data(contentsOf: published.appending(path: "sgr.pth.tar")), to: "model_best.pth.tar")
    func problem(_ vocabulary: String? = nil) throws -> String? {
      let stage = ScoreStage(ScoreConfiguration(model: checkpoint, vocabulary: vocabulary))
      return (#expect(throws: (any Error).self) { try fixture.stages.perform(stage) })
        .map { "\($0)" }
    }
    let advice = "name its vocabulary with --vocabulary FILE.json"
    #expect(
      try problem()
        == "\(checkpoint): there is no vocabulary.json or *_vocab.json beside it; \(advice)")
    let vocabulary = try Data(contentsOf: published.appending(path: "tiny_vocab.json"))
    for name in ["f30k_precomp_vocab.json", "coco_precomp_vocab.json"] {
      try other.write(vocabulary, to: name)
    }
    #expect(
      try problem() == "\(checkpoint): there are several *_vocab.json beside it; \(advice)")
    let features = "the features of \(fixture.workspace.path) are 4 regions of 3"
    let expected = "\(checkpoint): the model reads 36 regions of 20 numbers, but \(features)"
    #expect(try problem(other.file("f30k_precomp_vocab.json")) == expected)
    try FileManager.default.removeItem(atPath: other.file("coco_precomp_vocab.json"))
    #expect(try problem() == expected)

    let small = try other.write(
      Array(#"{"idx2word":{"0":"<pad>","1":"<start>","2":"<end>","3":"<unk>"},"idx":4}"#.utf8),
      to: "small.json")
    #expect(
      try problem(small)
        == "\(checkpoint): does not belong to its vocabulary: it knows 40 words, the vocabulary has 4"
    )
    #expect(try problem(other.file("gone.json"))?.hasPrefix("\(other.file("gone.json")): ") == true)
  }

  @Test func aVocabularyAloneIsUsedInTraining() throws {
    try fixture.prepare()
    let words = ["<pad>", "<start>", "<end>", "<unk>", "red", "green", "blue"]
    let numbered = words.enumerated().map { "\"\($0)\": \"\($1)\"" }.joined(separator: ", ")
    var configuration = TrainedFixture.configuration
    configuration.warmupEpochs = 1
    configuration.vocabulary = try other.write(
      Array("{\"idx2word\": {\(numbered)}, \"idx\": 7}".utf8), to: "v.json")
    try fixture.stages.perform(TrainStage(configuration))
    #expect(
      try Vocabulary(readFrom: ModelFolder(workspace: fixture.workspace).vocabularyPath).words
        == words)
    let error = #expect(throws: StagesError.self) {
      try fixture.stages.perform(ScoreStage(ScoreConfiguration(vocabulary: "v.json")))
    }
    #expect(
      error?.description == "score: vocabulary: is given without a model to read it")
  }
}

/// The published checkpoints that the tests of Models have as fixtures.
enum PublishedFixture {
  static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "ModelsTests/Fixtures/published")
}
