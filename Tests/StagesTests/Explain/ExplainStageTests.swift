import Audit
import Foundation
import Models
import Pairs
import Synchronization
import Tensors
import TestSupport
import Testing

@testable import Stages

@Suite struct ExplainStageTests {
  let fixture: TrainedFixture

  init() throws {
    fixture = try TrainedFixture()
    try fixture.prepare()
  }

  private func purify() throws {
    var configuration = PurifyConfiguration()
    configuration.keepFraction = 0.75
    try fixture.stages.perform(PurifyStage(configuration))
  }

  private func stage(
    pairs: Int = 1000, group: Int = 1000, batch: Int = 64, workers: Int = 2,
    killedAfter batches: Int? = nil
  ) -> ExplainStage {
    let left = Mutex(batches ?? .max)
    var surroundings = ExplainStage.Surroundings()
    surroundings.group = group
    surroundings.batch = batch
    surroundings.workers = Workers(workers)
    surroundings.afterBatch = {
      let isLast = left.withLock { left in
        left -= 1
        return left == 0
      }
      if isLast { throw FeaturizeFixture.Killed() }
    }
    return ExplainStage(ExplainConfiguration(pairs: pairs), surroundings)
  }

  private func explanations() throws -> [PairExplanation] {
    let database = try fixture.workspace.openDatabase(.reading)
    let model = try #require(try database.publishedModel())
    return try (1...Int64(TrainedFixture.harvested)).compactMap {
      try database.explanation(ofPair: $0, model: model.id)
    }
  }

  private func runs() throws -> [RunRecord] {
    try fixture.workspace.openDatabase(.reading).runs().filter { $0.command == "explain" }
  }

  @Test func rejectedPairsAndThoseNearestTheThresholdAreExplained() throws {
    try fixture.score()
    try purify()
    let outcomes = try fixture.outcomes()
    let rejected = outcomes.filter { $0.status == .rejected }
    let summary = try fixture.stages.perform(stage(pairs: 40))
    #expect(rejected.count == 24 && summary.rejected == 20 && summary.kept == 20)
    #expect(summary.explained == 40 && summary.explainedBefore == 0)
    #expect(try runs().map(\.counts) == [["ok": 40]])
    // The level lies between the two halves, so those nearest to it are the highest of the one and the
    // lowest of the other.
    func nearest(_ status: PairStatus, _ count: Int, highest: Bool) -> Set<Int64> {
      let half = outcomes.filter { $0.status == status }.sorted {
        let (left, right) = ($0.similarity ?? 0, $1.similarity ?? 0)
        return left == right ? $0.pairID < $1.pairID : (left > right) == highest
      }
      return Set(half.prefix(count).map(\.pairID))
    }
    let explained = Set(try explanations().map(\.pairID))
    #expect(
      explained
        == nearest(.rejected, 20, highest: true).union(nearest(.kept, 20, highest: false)))

    // More asked for: those that are explained stay as they are.
    let before = try explanations()
    let more = try fixture.stages.perform(stage())
    #expect(more.explainedBefore == 40 && more.explained == 56)
    let after = try explanations()
    #expect(after.count == 96 && before.allSatisfy { after.contains($0) })
    #expect(try fixture.stages.perform(stage()).explained == 0)
  }

  @Test func whatIsToldIsWhatTheNetworksSay() throws {
    try fixture.score()
    try purify()
    try fixture.stages.perform(stage())
    let database = try fixture.workspace.openDatabase(.reading)
    let store = try FeatureStore(of: fixture.workspace)
    let model = try fixture.workspace.trainedModel(for: store)
    let harvested = try WorkspacePairs(of: database, roles: [.train])
    let pairs = harvested.captioned(.train, model.vocabulary)
    let matrices = try model.networks.map {
      try PairScorer($0, workers: .single).retrievalMatrix(
        of: pairs, WorkspaceRegions(store: store, addresses: harvested.addresses)
      ).similarities
    }
    func similarity(image: Int, caption: Int) -> Double {
      Double((matrices[0][image, caption] + matrices[1][image, caption]) / 2)
    }
    let explainer = PairExplainer(model.networks, workers: .single)
    var bestImages = 0
    for explanation in try explanations() {
      let own = Int(explanation.pairID) - 1
      #expect(explanation.words.count == 3 && explanation.isKnown == [true, true, true])
      #expect(explanation.regionRows == 2 && explanation.regionColumns == 2)
      #expect(explanation.fit == .crop)
      let grounding = explainer.grounding(
        try store.features(at: [harvested.addresses[pairs.images[own]]]), pairs.captions[own])
      #expect(explanation.attention == ExplanationMaker.bytes(grounding.attention))
      for (told, cosine) in zip(explanation.grounding, grounding.cosines.elements) {
        #expect(abs(told - Double(cosine)) < 1e-4)
      }

      // There are eight captions, so all were scored.
      for match in explanation.captions {
        let expected = similarity(image: pairs.images[own], caption: Int(match.pairID) - 1)
        #expect(abs(match.similarity - expected) < 1e-5)
      }
      let captions = Set(explanation.captions.map { pairs.captions[Int($0.pairID) - 1] })
      #expect(captions.count == 5)
      let others = Set(pairs.captions).subtracting(captions)
      let least = try #require(explanation.captions.last?.similarity)
      for other in others {
        let place = try #require(pairs.captions.firstIndex(of: other))
        #expect(similarity(image: pairs.images[own], caption: place) < least + 1e-5)
      }
      // The own caption goes by the own number, others by the first that has them.
      for match in explanation.captions where match.pairID != explanation.pairID {
        let place = Int(match.pairID) - 1
        #expect(pairs.captions[place] != pairs.captions[own])
        #expect(pairs.captions.firstIndex(of: pairs.captions[place]) == place)
      }

      for match in explanation.images {
        let expected = similarity(image: pairs.images[Int(match.pairID) - 1], caption: own)
        #expect(abs(match.similarity - expected) < 1e-5)
      }
      #expect(Set(explanation.images.map(\.pairID)).count == 5)
      let best = harvested.addresses.indices.map { similarity(image: $0, caption: own) }.max()
      if abs((explanation.images.first?.similarity ?? 0) - (best ?? 1)) < 1e-5 { bestImages += 1 }
    }
    // 64 of 96 pictures are scored.
    #expect(bestImages >= 86, "\(bestImages) of 96")
  }

  @Test(arguments: [1, 2]) func aKilledRunGoesOnToTheSameRows(batches: Int) throws {
    try fixture.score()
    try purify()
    try fixture.stages.perform(stage(batch: 16, workers: 1))
    let undisturbed = try explanations()
    let counts = try runs().map(\.counts)
    try fixture.stages.perform(ScoreStage(ScoreConfiguration()), restarts: true)
    #expect(try explanations() == [])
    try purify()
    #expect(throws: FeaturizeFixture.Killed.self) {
      try fixture.stages.perform(stage(batch: 16, killedAfter: batches))
    }
    #expect(try explanations().count == 16 * batches)
    // Other groups, batches and threads change no bit.
    let summary = try fixture.stages.perform(stage(group: 37, batch: 23, workers: 3))
    #expect(summary.explainedBefore == 16 * batches && summary.explained == 96 - 16 * batches)
    #expect(try explanations() == undisturbed)
    #expect(try runs().map(\.counts).suffix(1) == counts.suffix(1))

    // Explaining anew keeps the decisions.
    let anew = try fixture.stages.perform(stage(), restarts: true)
    #expect(anew.explained == 96 && anew.explainedBefore == 0)
    #expect(try explanations() == undisturbed)
    #expect(try fixture.outcomes().contains { $0.status == .rejected })
  }

  @Test func withoutDecisionsTheMiddleDivides() throws {
    try fixture.score()
    let scores = try fixture.outcomes().compactMap(\.similarity).sorted()
    let middle = (scores[29] + scores[30]) / 2
    let stored = try Calibration.read(in: fixture.workspace)
    func around(_ value: Double) -> NetworkSimilarities {
      NetworkSimilarities(a: [value, value - 0.05], b: [value, value + 0.05])
    }
    let folder = ModelFolder(workspace: fixture.workspace)
    try folder.write(
      lines: [
        Calibration(
          model: stored.model, matched: around(middle + 0.1), mismatched: around(middle - 0.1),
          devMatched: stored.devMatched, devMismatched: stored.devMismatched)
      ], to: folder.calibrationPath)
    let summary = try fixture.stages.perform(stage(pairs: 50))
    #expect(summary.rejected == 25 && summary.kept == 25)
    let explained = Set(try explanations().map(\.pairID))
    let nearest = try fixture.outcomes().filter { outcome in
      let similarity = outcome.similarity ?? 0
      return similarity >= scores[5] && similarity <= scores[54]
    }
    #expect(explained == Set(nearest.map(\.pairID)))
  }

  @Test func modelsDoNotMix() throws {
    try fixture.score()
    try fixture.stages.perform(stage(pairs: 8))
    let before = try explanations()
    var configuration = TrainedFixture.configuration
    configuration.seed = 6
    configuration.epochs = 0
    try fixture.stages.perform(TrainStage(configuration), restarts: true)
    // The scores are of the model before.
    let error = #expect(throws: StagesError.self) { try fixture.stages.perform(stage()) }
    #expect(
      error?.description
        == "\(fixture.workspace.path): the scores are of a model that was trained before; run: "
        + "winnow-score --workspace \(fixture.workspace.path)")
    try fixture.stages.perform(ScoreStage(ScoreConfiguration()))
    #expect(try explanations() == [])
    #expect(try fixture.stages.perform(stage(pairs: 8)).explained == 8)
    #expect(try explanations() != before)
    let database = try fixture.workspace.openDatabase(.reading)
    #expect(try database.explanationCount(ofModel: 1) == 8)
    #expect(try database.explanationCount(ofModel: 2) == 8)
  }

  @Test func whatCannotBeIsRefused() throws {
    for pairs in [0, -1, 1_000_001] {
      let error = #expect(throws: StagesError.self) {
        try fixture.stages.perform(stage(pairs: pairs))
      }
      #expect(error?.description == "explain: pairs: \(pairs) is outside 1…1,000,000")
    }
    let error = #expect(throws: StagesError.self) { try fixture.stages.perform(stage()) }
    #expect(
      error?.description
        == "\(fixture.workspace.path): there are no scores yet; run: "
        + "winnow-score --workspace \(fixture.workspace.path)")
    let pipeline = try PipelineFile(
      "workspace: run\nstages: [score, purify, {explain: {pairs: 7}}]", path: "/p.yaml")
    #expect((pipeline.stages.last as? ExplainStage)?.configuration.pairs == 7)
  }
}
