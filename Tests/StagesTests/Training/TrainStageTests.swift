import Audit
import Foundation
import Models
import Testing

@testable import Stages

@Suite struct TrainStageTests {
  private struct Killed: Error {}

  let fixture: TrainedFixture

  init() throws { fixture = try TrainedFixture() }

  private func networks(_ fixture: TrainedFixture) throws -> [[UInt8]] {
    try ["net-a", "net-b"].map { try fixture.stages.folder.read("run/models/\($0).safetensors") }
  }

  @Test func aKilledTrainingEndsWithTheSameBits() throws {
    try fixture.prepare()
    let killed = TrainStage(TrainedFixture.configuration) { epoch in
      if epoch == 2 { throw Killed() }
    }
    #expect(throws: Killed.self) { try fixture.stages.perform(killed) }
    #expect(try fixture.stages.folder.read("run/models/training.jsonl").count { $0 == 0x0A } == 2)
    let summary = try fixture.stages.perform(TrainStage(TrainedFixture.configuration))

    let other = try TrainedFixture()
    try other.prepare()
    let whole = try other.stages.perform(TrainStage(TrainedFixture.configuration))
    #expect(summary.model == whole.model && summary.records == whole.records)
    #expect(summary.records.map(\.epoch) == [1, 2, 3, 4, 5])
    #expect(try networks(fixture) == networks(other))

    let again = try fixture.stages.perform(TrainStage(TrainedFixture.configuration))
    #expect(again.wasDone && again.model == summary.model)
  }

  @Test func otherPicturesUnderTheSameNamesAreAnotherTraining() throws {
    try fixture.prepare()
    let first = try fixture.stages.perform(TrainStage(TrainedFixture.configuration))
    try fixture.stages.folder.write(
      GeneratedImage.png(color: (1, 2, 3)), to: "train-0.png")
    try fixture.stages.perform(fixture.images.stage(), restarts: true)
    #expect(throws: ModelsError.self) {
      try fixture.stages.perform(TrainStage(TrainedFixture.configuration))
    }
    let second = try fixture.stages.perform(
      TrainStage(TrainedFixture.configuration), restarts: true)
    #expect(!second.wasDone && second.model != first.model)
  }

  @Test func aRunThatWasKilledAtItsVeryEndIsClosed() throws {
    try fixture.prepare()
    try fixture.stages.perform(TrainStage(TrainedFixture.configuration))
    let database = try fixture.workspace.openDatabase(.writing)
    let run = try #require(try database.runs().last { $0.command == "train" })
    // As it was between the marker and the run's end.
    _ = try database.beginRun(
      RunRequest(
        command: run.command, configuration: run.configuration,
        programVersion: run.programVersion, seed: run.seed, startedAt: Date()))
    try database.close()
    let again = try fixture.stages.perform(TrainStage(TrainedFixture.configuration))
    #expect(again.wasDone)
    let reading = try fixture.workspace.openDatabase(.reading)
    #expect(try reading.runs().allSatisfy { $0.endedAt != nil })
    try reading.close()
  }

  @Test func networksOfDifferentTrainingsAreNotTakenTogether() throws {
    try fixture.prepare()
    try fixture.stages.perform(TrainStage(TrainedFixture.configuration))
    let models = fixture.workspace.modelsPath
    let copy = fixture.stages.folder.file("copy")
    try FileManager.default.copyItem(atPath: models, toPath: copy)
    var other = TrainedFixture.configuration
    other.seed = 6
    try fixture.stages.perform(TrainStage(other), restarts: true)
    try FileManager.default.removeItem(atPath: copy + "/net-a.safetensors")
    try FileManager.default.copyItem(
      atPath: models + "/net-a.safetensors", toPath: copy + "/net-a.safetensors")
    let error = #expect(throws: StagesError.self) {
      try fixture.stages.perform(ScoreStage(ScoreConfiguration(model: copy)))
    }
    #expect(
      error?.description
        == "\(copy)/net-b.safetensors: is of another training than \(copy)/net-a.safetensors; run "
        + "that training again to its end")
  }

  @Test func otherSettingsNeedARestart() throws {
    try fixture.prepare()
    try fixture.stages.perform(TrainStage(TrainedFixture.configuration))
    var other = TrainedFixture.configuration
    other.seed = 6
    let error = #expect(throws: ModelsError.self) {
      try fixture.stages.perform(TrainStage(other))
    }
    #expect(error?.description.contains("use `--restart` to discard it") == true)
    // What was trained before is still there to score with.
    let all = TrainedFixture.harvested + TrainedFixture.trusted + TrainedFixture.dev
    #expect(try fixture.stages.perform(ScoreStage(ScoreConfiguration())).scored == all)
    let before = try networks(fixture)
    try fixture.stages.perform(TrainStage(other), restarts: true)
    #expect(try networks(fixture) != before)
  }

  @Test func aRestartThatIsRefusedLeavesTheModel() throws {
    try fixture.prepare()
    try fixture.stages.perform(TrainStage(TrainedFixture.configuration))
    let copy = fixture.stages.folder.file("copy")
    try FileManager.default.copyItem(atPath: fixture.workspace.modelsPath, toPath: copy)
    var other = TrainedFixture.configuration
    other.initializeFrom = copy
    other.embedSize = 4096
    let error = #expect(throws: StagesError.self) {
      try fixture.stages.perform(TrainStage(other), restarts: true)
    }
    #expect(error?.description.contains("embed-size: is 4096, but the model") == true)
    let all = TrainedFixture.harvested + TrainedFixture.trusted + TrainedFixture.dev
    #expect(try fixture.stages.perform(ScoreStage(ScoreConfiguration())).scored == all)
  }

  @Test func trainingDoesNotStartFromWhatItWrites() throws {
    try fixture.prepare()
    try fixture.stages.perform(TrainStage(TrainedFixture.configuration))
    let models = fixture.workspace.modelsPath
    var own = TrainedFixture.configuration
    own.initializeFrom = models
    var ownWords = TrainedFixture.configuration
    ownWords.vocabulary = models + "/../models/vocabulary.json"
    for (configuration, key, path) in [
      (own, "initialize-from", models), (ownWords, "vocabulary", ownWords.vocabulary ?? ""),
    ] {
      let error = #expect(throws: StagesError.self) {
        try fixture.stages.perform(TrainStage(configuration))
      }
      #expect(
        error?.description
          == "train: \(key): \(path) is what this training writes; copy it elsewhere and name the "
          + "copy")
    }
  }

  @Test func whatIsMissingIsNamed() throws {
    let path = fixture.workspace.path
    let nothing = #expect(throws: StagesError.self) {
      try fixture.stages.perform(TrainStage(TrainedFixture.configuration))
    }
    #expect(
      nothing?.description
        == "\(path): nothing was ingested yet; run: winnow-ingest --workspace \(path) --input M.tsv"
    )
    #expect(!FileManager.default.fileExists(atPath: path))
    let input = try fixture.stages.manifest(Array("a\tx.png\n".utf8))
    try fixture.stages.perform(IngestStage(IngestConfiguration(inputs: [input])))
    let unfeaturized = #expect(throws: StagesError.self) {
      try fixture.stages.perform(TrainStage(TrainedFixture.configuration))
    }
    #expect(
      unfeaturized?.description
        == "\(path): no pair has features yet; run: winnow-featurize --workspace \(path)")
  }

  @Test(arguments: [0, 49])
  func tooFewTrustedPairsAreCounted(count: Int) throws {
    try fixture.prepare(trusted: count)
    let error = #expect(throws: ModelsError.self) {
      try fixture.stages.perform(TrainStage(TrainedFixture.configuration))
    }
    #expect(
      error?.description
        == "training needs at least 50 trusted pairs and found \(count); add some with "
        + "`winnow-ingest --role meta` and featurize them, or review harvested pairs and give "
        + "--meta-from-reviews")
    #expect(!FileManager.default.fileExists(atPath: fixture.workspace.modelsPath))
  }

  @Test func weightsThatAreNoNumbersAreNamed() throws {
    try fixture.prepare()
    try fixture.stages.perform(TrainStage(TrainedFixture.configuration))
    let copy = fixture.stages.folder.file("copy")
    try FileManager.default.copyItem(atPath: fixture.workspace.modelsPath, toPath: copy)
    var bytes = try fixture.stages.folder.read("copy/net-a.safetensors")
    bytes.replaceSubrange(bytes.count - 4..<bytes.count, with: [0, 0, 0xC0, 0x7F])
    try fixture.stages.folder.write(bytes, to: "copy/net-a.safetensors")
    let error = #expect(throws: (any Error).self) {
      try fixture.stages.perform(ScoreStage(ScoreConfiguration(model: copy)))
    }
    #expect("\(try #require(error))".hasSuffix("holds values that are not finite"))
  }

  @Test func otherFeaturesNeedAnotherModel() throws {
    try fixture.prepare()
    try fixture.score()
    let other = fixture.images.stage(FeaturizeConfiguration(grid: 3, workers: 1))
    try fixture.stages.perform(other, restarts: true)
    let path = fixture.workspace.path
    let error = #expect(throws: StagesError.self) {
      try fixture.stages.perform(ScoreStage(ScoreConfiguration()))
    }
    #expect(
      error?.description
        == "\(path): the model was trained on other features than these (9 regions of 3 numbers);"
        + " run: winnow-train --workspace \(path) --seed 1")
  }

  /// Cut, a bit turned over, gone: scoring names it, and the same training writes all as it was.
  @Test(arguments: ["net-b.safetensors", "vocabulary.json", "training.jsonl"], 0..<3)
  func aDamagedModelIsWrittenAnewByTheSameCommand(file: String, damage: Int) throws {
    try fixture.prepare()
    try fixture.stages.perform(TrainStage(TrainedFixture.configuration))
    let before = try files()
    let path = "\(fixture.workspace.modelsPath)/\(file)"
    var bytes = try #require(before[file])
    switch damage {
    case 0: try fixture.stages.folder.write(bytes.dropLast(9), to: "run/models/\(file)")
    case 1:
      bytes[bytes.count - 9] ^= 1
      try fixture.stages.folder.write(bytes, to: "run/models/\(file)")
    default: try FileManager.default.removeItem(atPath: path)
    }
    let error = #expect(throws: StagesError.self) {
      try fixture.stages.perform(ScoreStage(ScoreConfiguration()))
    }
    #expect(error?.description.hasPrefix("\(path): ") == true)
    #expect(error?.description.contains("run winnow-train again") == true)
    let summary = try fixture.stages.perform(TrainStage(TrainedFixture.configuration))
    #expect(summary.repaired == path && !summary.wasDone)
    #expect(summary.report.contains("damaged, made anew"))
    #expect(try files() == before)
    #expect(try fixture.stages.perform(TrainStage(TrainedFixture.configuration)).wasDone)
  }

  @Test func aTornMarkerIsWrittenAnewByTheSameCommand() throws {
    try fixture.prepare()
    try fixture.stages.perform(TrainStage(TrainedFixture.configuration))
    let before = try files()
    let marker = try fixture.stages.folder.read("run/stages/train.json")
    try fixture.stages.folder.write(marker.dropLast(20), to: "run/stages/train.json")
    #expect(throws: StagesError.self) {
      try fixture.stages.perform(ScoreStage(ScoreConfiguration()))
    }
    try fixture.stages.perform(TrainStage(TrainedFixture.configuration))
    #expect(try fixture.stages.folder.read("run/stages/train.json") == marker)
    #expect(try files() == before)
  }

  /// A training never goes on from a state that is not the one that was written.
  @Test(arguments: 0..<3) func aDamagedStateIsNamedAndRestarted(damage: Int) throws {
    try fixture.prepare()
    let killed = TrainStage(TrainedFixture.configuration) { epoch in
      if epoch == 2 { throw Killed() }
    }
    #expect(throws: Killed.self) { try fixture.stages.perform(killed) }
    let name = "run/models/training-state.safetensors"
    var bytes = try fixture.stages.folder.read(name)
    switch damage {
    case 0: bytes.removeLast(9)
    case 1: bytes[bytes.count - 9] ^= 1
    default: bytes = Array(repeating: 0, count: bytes.count)
    }
    try fixture.stages.folder.write(bytes, to: name)
    let error = #expect(throws: StagesError.self) {
      try fixture.stages.perform(TrainStage(TrainedFixture.configuration))
    }
    let path = fixture.stages.folder.file(name)
    #expect(error?.description.hasPrefix("\(path): ") == true)
    #expect(error?.description.hasSuffix("; give --restart to train anew") == true)
    let summary = try fixture.stages.perform(
      TrainStage(TrainedFixture.configuration), restarts: true)
    let other = try TrainedFixture()
    try other.prepare()
    #expect(
      try other.stages.perform(TrainStage(TrainedFixture.configuration)).model == summary.model)
  }

  @Test func scoringTwiceIsOneRun() throws {
    try fixture.prepare()
    try fixture.score()
    let database = try fixture.workspace.openDatabase(.reading)
    let runs = try database.runs()
    try fixture.stages.perform(ScoreStage(ScoreConfiguration()))
    #expect(try database.runs() == runs)
    try fixture.stages.perform(ScoreStage(ScoreConfiguration()), restarts: true)
    #expect(try database.runs().count { $0.command == "score" } == 2)
    try database.close()
  }

  @Test func aChangedCalibrationDecidesNothing() throws {
    try fixture.prepare()
    try fixture.score()
    let name = "run/models/calibration.json"
    let whole = try fixture.stages.folder.read(name)
    let text = String(decoding: whole, as: UTF8.self)
    let range = try #require(text.range(of: #"0\.[0-9]{3}"#, options: .regularExpression))
    let other = text[range].last == "1" ? "2" : "1"
    let changed = text.replacingCharacters(in: range, with: text[range].dropLast() + other)
    try fixture.stages.folder.write(Array(changed.utf8), to: name)
    let error = #expect(throws: StagesError.self) {
      try fixture.stages.perform(PurifyStage(PurifyConfiguration()))
    }
    #expect(
      error?.description
        == "\(fixture.stages.folder.file(name)): was changed since it was written; run winnow-score "
        + "again")
    try fixture.stages.perform(ScoreStage(ScoreConfiguration()))
    #expect(try fixture.stages.folder.read(name) == whole)
    try fixture.stages.perform(PurifyStage(PurifyConfiguration()))
  }

  /// Everything in `models/` but the training's state.
  private func files() throws -> [String: [UInt8]] {
    let names = try FileManager.default.contentsOfDirectory(atPath: fixture.workspace.modelsPath)
    return try Dictionary(
      uniqueKeysWithValues: names.filter { $0 != "training-state.safetensors" }.map {
        ($0, try fixture.stages.folder.read("run/models/\($0)"))
      })
  }
}
