import Audit
import Foundation
import Models
import Pairs
import Stages

/// A workspace with any number of made-up pairs, stored as the stages store them: ingested from a
/// manifest, their pictures looked at, scored by two networks, decided, some reviewed.
struct GeneratedAudit {
  let workspace: Workspace
  let pairs: Int
  let seed: UInt64
  let now: @Sendable () -> Date
  let progress: @Sendable (StageProgress) -> Void

  /// Pairs that one transaction stores.
  private static let batch = 50_000
  /// Words are as frequent as in a language: the nth about 1/n as often as the first.
  private static let vocabulary = 30_000

  /// Makes it, unless the workspace holds it already.
  func make() throws {
    if FileManager.default.fileExists(atPath: workspace.databasePath) {
      let known = try workspace.openIngested(.reading)
      guard try known.pairCount() == pairs else {
        throw BenchError.folder(
          path: workspace.path, problem: "holds other pairs; name another folder")
      }
      return
    }
    try workspace.create(folder: workspace.path)
    try writeManifest()
    let context = StageContext(
      programVersion: "bench", now: now, progress: progress)
    _ = try IngestStage(IngestConfiguration(inputs: [manifestPath])).perform(
      in: workspace, context: context, command: "winnow-bench")
    let database = try workspace.openDatabase(.writing)
    try lookAtPictures(database)
    try scoreAndDecide(database)
    try review(database)
    try database.close()
  }

  private var manifestPath: String { workspace.path + "/manifest.tsv" }

  private func writeManifest() throws {
    var random = SeededGenerator(seed: seed)
    let words = (0..<Self.vocabulary).map(Self.word)
    let file = try AtomicFile(path: manifestPath)
    for pair in 1...pairs {
      let count = 6 + Int(random.next() % 8)
      let caption = (0..<count).map { _ in words[Self.rank(&random)] }.joined(separator: " ")
      try file.write(Array("\(caption)\timages/\(pair).jpg\n".utf8))
      report("manifest", pair)
    }
    try file.commit()
  }

  /// A rank from 0 with probability about proportional to 1 / (rank + 1).
  private static func rank(_ random: inout SeededGenerator) -> Int {
    let uniform = Double(random.next() >> 11) * 0x1p-53
    return min(Int(exp(uniform * log(Double(vocabulary))) - 1), vocabulary - 1)
  }

  /// Consonants and vowels in turn, the number's own, so that no two are the same.
  static func word(_ number: Int) -> String {
    let consonants = Array("bcdfghklmnprstvz")
    let vowels = Array("aeiou")
    var rest = number
    var word = ""
    repeat {
      word.append(consonants[rest % consonants.count])
      rest /= consonants.count
      word.append(vowels[rest % vowels.count])
      rest /= vowels.count
    } while rest > 0
    return word
  }

  /// Every 50th picture is missing, every 97th the same as the one before.
  private func lookAtPictures(_ database: AuditDatabase) throws {
    let run = try begin("featurize", database)
    try inBatches { range in
      try database.record(
        range.map { number in
          let location = Int64(number)
          if number.isMultiple(of: 50) {
            return ImageOutcome(
              locationID: location, result: .unavailable(RowFailure(.missingImage, "not there")))
          }
          let shown =
            number.isMultiple(of: 97) && !(number - 1).isMultiple(of: 50) ? number - 1 : number
          let content = ImageContent(
            digest: SHA256Digest(of: "\(shown)".utf8), format: "jpeg", width: 640, height: 480,
            look: .hash(UInt64(shown) &* 0x9E37_79B9_7F4A_7C15 | 1))
          return ImageOutcome(
            locationID: location,
            result: .featurized(
              content, FeatureAddress(shard: number / 10_000, row: number % 10_000)))
        }, run: run)
      report("pictures", range.upperBound - 1)
    }
    try database.finishRun(run, at: now())
  }

  private func scoreAndDecide(_ database: AuditDatabase) throws {
    let model = try database.modelID(named: "generated")
    var random = SeededGenerator(seed: seed &+ 1)
    let scoring = try begin("score", database)
    var scores: [PairScore] = []
    try inBatches { range in
      let batch = range.filter { !$0.isMultiple(of: 50) }.map { number in
        let matches = random.next() % 10 < 7
        func similarity() -> Double {
          // The mean of a few uniform numbers is near enough to a bell.
          let bell = (0..<4).reduce(0.0) { sum, _ in
            sum + Double(random.next() >> 11) * 0x1p-53 / 4
          }
          return min(max((matches ? 0.66 : 0.34) + (bell - 0.5) * 1.1, 0), 1)
        }
        return PairScore(
          pairID: Int64(number), similarityA: similarity(), similarityB: similarity())
      }
      try database.store(batch, model: model, run: scoring)
      scores += batch
      report("scores", range.upperBound - 1)
    }
    try database.publishScores(ofModel: model)
    try database.finishRun(scoring, at: now())

    let mixture = BetaMixture(
      mismatched: BetaDistribution(alpha: 4, beta: 8),
      matched: BetaDistribution(alpha: 8, beta: 4), matchedShare: 0.7, origin: .refined)
    let parameters = String(
      decoding: try JSONEncoder().encode(["mixtures": [mixture, mixture]]), as: UTF8.self)
    let probability = CleanProbability(mixture)
    let run = try begin("purify", database)
    _ = try database.beginDecisions(
      DecisionRule(model: model, name: "consensus", threshold: 0.6, parameters: parameters),
      run: run)
    for start in stride(from: 0, to: scores.count, by: Self.batch) {
      let batch = scores[start..<min(start + Self.batch, scores.count)]
      try database.store(
        batch.map { score in
          let opinions = [score.similarityA, score.similarityB ?? 0].map { probability($0) }
          let clean = (opinions[0] + opinions[1]) / 2
          let reason: PairReason =
            score.pairID.isMultiple(of: 97)
            ? .nearDuplicate : clean > 0.6 ? .matched : clean >= 0.4 ? .uncertain : .mismatch
          return PairDecision(
            pairID: score.pairID, isKept: reason == .matched, reason: reason,
            cleanProbability: clean)
        }, run: run)
      report("decisions", start + batch.count)
    }
    try database.publishDecisions(ofRun: run)
    try database.finishRun(run, at: now())
  }

  private func review(_ database: AuditDatabase) throws {
    var random = SeededGenerator(seed: seed &+ 2)
    for number in 0..<min(1_000, pairs / 10) {
      try database.store(
        review: ReviewRequest(
          pairID: Int64(random.next() % UInt64(pairs)) + 1,
          verdict: number.isMultiple(of: 2) ? .kept : .rejected, note: nil, reviewer: "bench",
          at: now()))
    }
  }

  private func begin(_ command: String, _ database: AuditDatabase) throws -> Int64 {
    try database.beginRun(
      RunRequest(
        command: command, configuration: "{}", programVersion: "bench", seed: seed,
        startedAt: now()))
  }

  private func inBatches(_ body: (Range<Int>) throws -> Void) throws {
    for start in stride(from: 1, through: pairs, by: Self.batch) {
      try body(start..<min(start + Self.batch, pairs + 1))
    }
  }

  private func report(_ what: String, _ done: Int) {
    guard done.isMultiple(of: 1_000) || done == pairs else { return }
    progress(StageProgress(stage: what, unit: "pairs", done: done, total: pairs, rate: nil))
  }
}
