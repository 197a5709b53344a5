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
    try GeneratedScores(
      workspace: workspace, pairs: pairs, seed: seed &+ 1, now: now, progress: progress
    ).store(in: database)
    try decide(database)
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
      if pair.isMultiple(of: 1_000) || pair == pairs { report("manifest", pair) }
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

  private func decide(_ database: AuditDatabase) throws {
    let model = try database.modelID(named: GeneratedScores.model)
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
    var last: Int64 = 0
    while true {
      let page = try database.scores(
        ofModel: model, roles: [.train], after: last, limit: Self.batch)
      guard let end = page.last else { break }
      last = end.pairID
      try database.store(
        page.map { score in
          let opinions = [score.similarityA, score.similarityB ?? 0].map { probability($0) }
          let clean = (opinions[0] + opinions[1]) / 2
          let reason: PairReason =
            score.pairID.isMultiple(of: 97)
            ? .nearDuplicate : clean > 0.6 ? .matched : clean >= 0.4 ? .uncertain : .mismatch
          return PairDecision(
            pairID: score.pairID, isKept: reason == .matched, reason: reason,
            cleanProbability: clean)
        }, run: run)
      report("decisions", Int(last))
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

  private func report(_ what: String, _ done: Int) {
    progress(StageProgress(stage: what, unit: "pairs", done: done, total: pairs, rate: nil))
  }
}
