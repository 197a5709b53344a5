import Audit
import Foundation
import Pairs
import Testing

@testable import Stages

/// Mixtures are fitted to a sample of the scores where there are more than the sample holds.
@Suite struct AllScoresTests {
  /// Scores of the lines of a manifest: the similarity of a caption that is a number is that number.
  private func read(
    _ captions: [String], sample: Int
  ) throws -> (all: [PairScore], count: Int, sample: NetworkSimilarities) {
    let fixture = try StageFixture()
    let text = captions.map { "\($0)\tpictures/\($0).png\n" }.joined()
    let input = try fixture.manifest(Array(text.utf8), name: "m.tsv")
    try fixture.perform(IngestStage(IngestConfiguration(inputs: [input])))
    let database = try fixture.workspace.openDatabase(.writing)
    let run = try database.beginRun(
      RunRequest(
        command: "score", configuration: "{}", programVersion: "test", seed: nil,
        startedAt: Date(timeIntervalSince1970: 0)))
    let model = try database.modelID(named: "given")
    let scores = captions.enumerated().map { index, caption in
      PairScore(
        pairID: Int64(index + 1), similarityA: Double(caption) ?? 0,
        similarityB: (Double(caption) ?? 0) / 2)
    }
    try database.store(scores, model: model, run: run)
    let (all, taken) = try AllScores.read(ofModel: model, in: database, sample: sample)
    var passed: [PairScore] = []
    try all.forEach { passed.append($0) }
    #expect(passed == scores)
    try database.close()
    return (passed, all.count, taken)
  }

  private let captions = (1...60).map { "0.\($0 + 100)" }

  @Test func allAreTakenInOrderWhereTheyAreFew() throws {
    let (all, count, sample) = try read(captions, sample: 60)
    #expect(count == 60)
    #expect(sample.a == all.map(\.similarityA) && sample.b == all.map(\.secondSimilarity))
  }

  @Test func ofMoreASampleIsTakenWhateverTheirOrder() throws {
    let (_, count, sample) = try read(captions, sample: 20)
    #expect(count == 60 && sample.a.count == 20 && sample.b == sample.a.map { $0 / 2 })
    #expect(Set(sample.a) != Set(captions.prefix(20).compactMap(Double.init)))
    let (_, _, reversed) = try read(captions.reversed(), sample: 20)
    #expect(reversed.a.sorted() == sample.a.sorted())
  }

  @Test func repeatsOfOnePairDoNotMakeItLarger() throws {
    let (_, count, sample) = try read(Array(repeating: "0.5", count: 60), sample: 20)
    #expect(count == 60 && sample.a.count == 20)
  }
}
