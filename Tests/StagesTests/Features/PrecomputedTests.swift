import Audit
import Foundation
import Layers
import Pairs
import TestSupport
import Testing

@testable import Stages

@Suite struct PrecomputedTests {
  let fixture: PrecomputedFixture

  init() throws { fixture = try PrecomputedFixture() }

  private func pairs(_ role: PairRole) throws -> [FeaturizedPair] {
    try fixture.workspace.openDatabase(.reading).featurizedPairs(roles: [role], limit: 1000)
  }

  @Test func aFolderOfTheRealShapeGoesAllTheWay() throws {
    try fixture.writeAll()
    let summary = try fixture.ingest()
    #expect(summary.sources == 4 && summary.pairs == 80 + 55 + 20 + 15)
    // Repeated dev features are one image.
    #expect(summary.features?.images == 16 + 11 + 20 + 3)
    #expect(summary.features?.featurized == 34 && summary.features?.sharedImages == 16)
    #expect(try Set(pairs(.dev).map(\.imageID)).count == 4)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: fixture.workspace.featuresPath)
        == ["precomputed.json"])

    let train = try pairs(.train)
    let store = try FeatureStore(of: fixture.workspace)
    #expect(store.regions == 36 && store.dimension == 2048 && store.description == nil)
    let tensor = try store.features(at: [train[79].features, train[0].features])
    #expect(tensor.shape == [2, 36, 2048])
    #expect(
      tensor.elements == PrecomputedFixture.features(15) + PrecomputedFixture.features(0))
    #expect(try pairs(.meta)[54].caption == PrecomputedFixture.caption(26, 4))
    #expect(
      try store.features(at: [pairs(.meta)[54].features]).elements
        == PrecomputedFixture.features(26))

    // There is nothing to featurize, and no weights are asked for.
    let featurized = try fixture.stages.perform(FeaturizeStage(FeaturizeConfiguration()))
    #expect(featurized.images == 0 && featurized.knownImages == 50)
    let trained = try fixture.stages.perform(TrainStage(PrecomputedFixture.configuration))
    #expect(trained.records.map(\.dev?.images) == [4, 4])
    let scored = try fixture.stages.perform(ScoreStage(ScoreConfiguration()))
    #expect(scored.scored == 170)
    try fixture.stages.perform(PurifyStage(PurifyConfiguration()))
    // Regions of such features are no grid; which captions and images fit is told all the same.
    let explained = try fixture.stages.perform(ExplainStage(ExplainConfiguration(pairs: 3)))
    #expect(explained.explained == 3)
    let database = try fixture.workspace.openDatabase(.reading)
    let model = try #require(try database.publishedModel())
    let explanations = try (1...80).compactMap {
      try database.explanation(ofPair: $0, model: model.id)
    }
    #expect(explanations.count == 3)
    for explanation in explanations {
      #expect(explanation.regionRows == nil && explanation.fit == nil)
      #expect(explanation.regions == PrecomputedFixture.regions)
      #expect(explanation.captions.count == 5 && explanation.images.count == 5)
    }
    let evaluated = try fixture.stages.perform(
      EvaluateStage(EvaluateConfiguration(retrieval: .test)))
    #expect(evaluated.retrieval?.images == 3 && evaluated.retrieval?.captions == 15)

    let exported = try fixture.stages.export(ExportConfiguration(decision: .all))
    let expected = (0..<80).map {
      "\(PrecomputedFixture.caption($0 / 5, $0))\tprecomp:train_ims.npy#\($0 / 5)\n"
    }
    #expect(String(decoding: exported, as: UTF8.self) == expected.joined())
    let kept = try fixture.stages.export(ExportConfiguration(format: .jsonl, decision: .kept))
    let rejected = try fixture.stages.export(
      ExportConfiguration(format: .jsonl, decision: .rejected))
    #expect((kept + rejected).count { $0 == 0x0A } == 80)
  }

  @Test func whatWasExportedIsIngestedAgain() throws {
    try fixture.writeAll()
    _ = try fixture.ingest([.train])
    let before = try pairs(.train)
    let exported = try fixture.stages.export(ExportConfiguration(decision: .all))
    let other = try StageFixture()
    let manifest = try other.manifest(exported)
    let summary = try other.perform(
      IngestStage(IngestConfiguration(inputs: [manifest], imageRoot: fixture.folder.path)))
    #expect(summary.features?.featurized == 16)
    let after = try other.workspace.openDatabase(.reading)
      .featurizedPairs(roles: [.train], limit: 1000)
    #expect(
      after.map(\.key) == before.map(\.key) && after.map(\.features) == before.map(\.features))
  }

  @Test func everyLineHasOneRow() throws {
    var features = (0..<7).map(PrecomputedFixture.features)
    features[6][100] = .nan
    try fixture.folder.write(
      NumPyBuilder(shape: [7, 36, 2048]).file(features.flatMap { $0 }), to: "train_ims.npy")
    let lines =
      Array("good\n\n  \nta\tb\n".utf8) + [0x61, 0xFF, 0x0A]
      + Array("\(String(repeating: "x", count: 100_000))\nno numbers".utf8)
    try fixture.folder.write(lines, to: "train_caps.txt")
    let summary = try fixture.ingest()
    #expect(summary.pairs == 3)
    #expect(
      summary.failed == ["empty_caption": 2, "invalid_utf8": 1, "caption_too_long": 1])
    #expect(summary.features?.failed == ["corrupt_image": 1])
    #expect(
      try fixture.stages.outcomes().map {
        $0.split(separator: " ").dropFirst(2).joined(separator: " ")
      }
        == [
          "1 pending -", "2 failed empty_caption", "3 failed empty_caption", "4 pending -",
          "5 failed invalid_utf8", "6 failed caption_too_long", "7 failed corrupt_image",
        ])
    #expect(try fixture.ingest().addedLines == 0)
  }

  @Test func captionsInColumnsAreRead() throws {
    try fixture.writeFeatures("train", images: 0..<3)
    let rows = "9\tfirst\n10\t\"second, \"\"quoted\"\"\"\n11\tthird\textra\n"
    try fixture.folder.write(Array(rows.utf8), to: "train_caps.tsv")
    #expect(try fixture.ingest().pairs == 3)
    #expect(try pairs(.train).map(\.caption) == ["first", "second, \"quoted\"", "third"])
  }

  @Test func foldersThatDoNotFitAreRefusedBeforeAnythingIsWritten() throws {
    let path = fixture.folder.path
    #expect(
      fixture.problem() == "\(path): there is no train_ims.npy with train_caps.txt or "
        + "train_caps.tsv in it, and no meta, dev or test ones")
    try fixture.writeFeatures("train", images: 0..<2)
    #expect(
      fixture.problem()
        == "\(path): train_ims.npy has no captions: train_caps.txt or train_caps.tsv is missing")
    for count in [1, 3, 4, 9, 11] {
      try fixture.folder.write(
        Array(repeatElement(Array("a\n".utf8), count: count).joined()), to: "train_caps.txt")
      #expect(
        fixture.problem() == "\(path)/train_caps.txt: \(count) captions for the 2 images of "
          + "train_ims.npy; expected one an image, or five")
    }
    try fixture.folder.write([], to: "train_caps.tsv")
    #expect(
      fixture.problem()
        == "\(path): both train_caps.txt and train_caps.tsv are there; take one of them away")
    #expect(
      fixture.problem([.dev])
        == "\(path): dev_ims.npy has no captions: dev_caps.txt or dev_caps.tsv is missing")
    try fixture.folder.write([0x61], to: "dev_caps.txt")
    #expect(
      fixture.problem([.dev]) == "\(path): dev_caps.txt has no features: dev_ims.npy is missing")
    var fortran = NumPyBuilder(shape: [1, 36, 2048])
    fortran.order = "True"
    try fixture.folder.write(fortran.file(PrecomputedFixture.features(0)), to: "dev_ims.npy")
    #expect(fixture.problem([.dev]).hasPrefix("\(path)/dev_ims.npy: its array is in Fortran order"))
    try FileManager.default.removeItem(atPath: path + "/dev_ims.npy")
    try FileManager.default.createDirectory(
      atPath: path + "/dev_ims.npy", withIntermediateDirectories: false)
    #expect(fixture.problem([.dev]) == "\(path)/dev_ims.npy: cannot be read: is a folder")
    #expect(!FileManager.default.fileExists(atPath: fixture.workspace.path))
  }

  @Test func anArrayThatChangedIsNamed() throws {
    try fixture.writeFeatures("train", images: 0..<2)
    try fixture.writeCaptions("train", images: 0..<2)
    _ = try fixture.ingest()
    let address = try pairs(.train)[0].features
    #expect(address == FeatureAddress(shard: -1, row: 0))
    let array = fixture.folder.file("train_ims.npy")
    func problem(_ address: FeatureAddress) -> String {
      do {
        return "\(try FeatureStore(of: fixture.workspace).features(at: [address]).shape)"
      } catch { return "\(error)" }
    }
    #expect(problem(address) == "[1, 36, 2048]")
    #expect(problem(FeatureAddress(shard: -1, row: 2)).hasPrefix("\(array): has 2 rows, but"))
    #expect(problem(FeatureAddress(shard: -2, row: 0)).contains("refers to shard -2"))
    #expect(problem(FeatureAddress(shard: 0, row: 0)).contains("refers to shard 0"))

    try fixture.writeFeatures("train", images: 5..<7)
    let changed =
      "\(array): has changed since it was ingested; put the former file back, or give "
      + "winnow-featurize --restart to look at all features anew"
    #expect(problem(address) == changed)
    let summary = try fixture.stages.perform(
      FeaturizeStage(FeaturizeConfiguration()), restarts: true)
    #expect(summary.featurized == 2)
    #expect(
      try FeatureStore(of: fixture.workspace).features(at: [pairs(.train)[0].features]).elements
        == PrecomputedFixture.features(5))

    try fixture.stages.folder.write(Array("{}".utf8), to: "run/features/precomputed.json")
    #expect(problem(address).hasPrefix("\(fixture.workspace.precomputedPath): was changed"))
  }

  /// Stops the ingest after each number of batches in turn.
  @Test(arguments: 1...4) func aKilledIngestGoesOn(afterBatches count: Int) throws {
    struct Killed: Error {}
    try fixture.writeFeatures("train", images: 0..<3)
    try fixture.writeCaptions("train", images: 0..<3)
    let configuration = IngestConfiguration(inputs: [fixture.folder.path], format: .precomp)
    let left = Countdown(count)
    let killed = IngestStage(
      configuration, batchLines: 4, afterBatch: { if left.next() == 0 { throw Killed() } })
    #expect(throws: Killed.self) { try fixture.stages.perform(killed) }
    _ = try fixture.ingest()
    #expect(try pairs(.train).map(\.features.row) == (0..<15).map { $0 / 5 })
    #expect(try fixture.stages.outcomes().count == 15)
    let runs = try fixture.workspace.openDatabase(.reading).runs()
    #expect(runs.count == 2 && runs.allSatisfy { $0.endedAt != nil })
  }

  @Test func rowsThatAreNotThereAreFailedPairs() throws {
    try fixture.writeFeatures("train", images: 0..<1)
    try fixture.folder.write(Array("no array".utf8), to: "bad.npy")
    let manifest = try fixture.folder.write(
      Array(
        """
        good\tprecomp:train_ims.npy#0
        beyond\tprecomp:train_ims.npy#1
        absent\tprecomp:none.npy#0
        no array\tprecomp:bad.npy#0
        outside\tprecomp:../x.npy#0

        """.utf8), to: "m.tsv")
    try fixture.stages.perform(IngestStage(IngestConfiguration(inputs: [manifest])))
    #expect(
      try fixture.stages.outcomes().map { String($0.split(separator: " ")[4]) }
        == ["-", "missing_image", "missing_image", "corrupt_image", "unsafe_path"])
  }

  @Test func picturesAndPrecomputedFeaturesNeedAWorkspaceEach() throws {
    let pictures = try FeaturizeFixture()
    try pictures.ingest([("a.png", GeneratedImage.png(color: (1, 2, 3)))])
    try pictures.stages.perform(pictures.stage())
    try fixture.writeFeatures("train", images: 0..<1)
    try fixture.writeCaptions("train", images: 0..<1)
    let folder = IngestConfiguration(inputs: [fixture.folder.path], format: .precomp)
    let one = #expect(throws: StagesError.self) { try pictures.stages.perform(IngestStage(folder)) }
    #expect(
      one?.description.hasSuffix(
        "names precomputed features, but the workspace \(pictures.workspace.path) has pictures; "
          + "use another workspace") == true)
    _ = try fixture.ingest()
    let manifest = try fixture.stages.manifest(Array("a\ta.png\n".utf8))
    let other = #expect(throws: StagesError.self) {
      try fixture.stages.perform(IngestStage(IngestConfiguration(inputs: [manifest])))
    }
    #expect(other?.description.contains("names pictures, but the workspace") == true)

    var narrow = NumPyBuilder(shape: [1, 4, 8])
    narrow.version = 2
    try fixture.folder.write(narrow.file(Array(repeating: 1, count: 32)), to: "dev_ims.npy")
    try fixture.folder.write(Array("a\n".utf8), to: "dev_caps.txt")
    #expect(
      fixture.problem([.dev])
        == "\(fixture.folder.path)/dev_ims.npy: has 4 regions of 8 numbers, but the other arrays of"
        + " the workspace have 36 of 2048; use another workspace")
  }

  @Test func noiseIsMadeOfAFolder() throws {
    try fixture.writeAll()
    let noisy = fixture.stages.folder.file("noisy.tsv")
    let meta = fixture.stages.folder.file("meta.tsv")
    let truth = fixture.stages.folder.file("truth.tsv")
    _ = try CorruptStage(
      CorruptConfiguration(
        input: fixture.folder.path, format: .precomp, ratio: 0.4, seed: 1, output: noisy,
        truth: truth, metaShare: 0.25, metaOutput: meta)
    ).run()
    for (input, role) in [(noisy, PairRole.train), (meta, .meta)] {
      try fixture.stages.perform(
        IngestStage(
          IngestConfiguration(inputs: [input], role: role, imageRoot: fixture.folder.path)))
    }
    #expect(try pairs(.train).count == 60 && pairs(.meta).count == 20)
    let records = try TruthFile.read(from: truth)
    #expect(try pairs(.train).map(\.key) == records.map(\.key))
    #expect(records.count { !$0.isMatch } == 24)
    for (pair, record) in zip(try pairs(.train), records) {
      #expect(pair.features.row == (record.originalLine - 1) / 5)
      #expect(pair.caption.hasSuffix(" number \(pair.features.row)") == record.isMatch)
    }
  }

  @Test func aPublishedCheckpointScoresAFolder() throws {
    try fixture.folder.write(
      NumPyBuilder(shape: [12, 36, 20]).file((0..<(12 * 720)).map { Float($0 % 17) / 17 }),
      to: "meta_ims.npy")
    try fixture.writeCaptions("meta", images: 0..<12)
    try fixture.folder.write(
      NumPyBuilder(shape: [2, 36, 20]).file((0..<1440).map { Float($0 % 13) / 13 }),
      to: "train_ims.npy")
    try fixture.folder.write(Array("word4 word5\nword6 x word39\n".utf8), to: "train_caps.txt")
    _ = try fixture.ingest()
    let model = PublishedFixture.folder.appending(path: "sgr.pth.tar").path
    let summary = try fixture.stages.perform(ScoreStage(ScoreConfiguration(model: model)))
    #expect(summary.scored == 62)
    var configuration = TrainConfiguration(recipe: .published, seed: 1)
    configuration.initializeFrom = PublishedFixture.folder.appending(path: "saf.pth.tar").path
    configuration.warmupEpochs = 1
    configuration.epochs = 0
    let trained = try fixture.stages.perform(TrainStage(configuration))
    #expect(trained.records.count == 1)
    #expect(
      try ModelFolder.networks(at: ModelFolder(workspace: fixture.workspace).networkPaths)
        .map(\.similarity.configuration.reasoning) == [.filtration, .filtration])
  }

  @Test(arguments: [
    (IngestConfiguration(inputs: ["x"], format: .precomp, role: .meta), "role"),
    (IngestConfiguration(inputs: ["x"], format: .precomp, columns: .urlCaption), "columns"),
    (IngestConfiguration(inputs: ["x"], format: .precomp, imageRoot: "y"), "image-root"),
    (IngestConfiguration(inputs: ["x"], format: .precomp, splits: [.dev, .dev]), "split"),
    (IngestConfiguration(inputs: ["x"], splits: [.dev]), "split"),
  ])
  func optionsOfTheOtherFormatAreRefused(configuration: IngestConfiguration, key: String) throws {
    let error = #expect(throws: StagesError.self) {
      try fixture.stages.perform(IngestStage(configuration))
    }
    #expect(error?.description.hasPrefix("ingest: \(key): ") == true)
  }
}
