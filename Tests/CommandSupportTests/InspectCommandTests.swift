import Audit
import Foundation
import Pairs
import Stages
import TestSupport
import Testing

/// Runs `winnow-inspect` as a user does.
@Suite struct InspectCommandTests {
  let folder: ScratchFolder
  let workspace: String

  init() throws {
    folder = try ScratchFolder()
    workspace = folder.file("w")
  }

  private func inspect(_ arguments: String...) throws -> ProgramRun {
    try ProgramRun(
      ["winnow-inspect", arguments[0], "--workspace", workspace] + arguments.dropFirst())
  }

  private func ingest(_ text: String) throws {
    let manifest = try folder.write(Array(text.utf8), to: "m.tsv")
    let run = try ProgramRun([
      "winnow-ingest", "--workspace", workspace, "--input", manifest, "--quiet",
    ])
    #expect(run.status == 0, "\(run.errors)")
  }

  /// Eleven pairs, decided twice: above 0.5, then above 0.7.
  private func decided() throws {
    try ingest(
      (1...10).map { "a \($0.isMultiple(of: 2) ? "red" : "blue") cat \($0)\t\($0).jpg\n" }.joined()
        + "\u{1B}[31mred\u{202E}\u{9B}2J dog\thttp://h/\u{1B}]0;x\u{7}.jpg\nbroken\n")
    let database = try AuditDatabase(at: workspace + "/audit.sqlite", access: .writing)
    func run(_ command: String, _ configuration: String = "{}") throws -> Int64 {
      try database.beginRun(
        RunRequest(
          command: command, configuration: configuration, programVersion: "test", seed: nil,
          startedAt: Date(timeIntervalSince1970: 0)))
    }
    let model = try database.modelID(named: "m1")
    let scoring = try run("score")
    let scores = (1...10).map {
      PairScore(pairID: $0, similarityA: Double($0) / 10, similarityB: Double($0) / 10 - 0.02)
    }
    try database.store(scores, model: model, run: scoring)
    try database.publishScores(ofModel: model)
    try database.finishRun(scoring, at: Date(timeIntervalSince1970: 5))
    for threshold in [0.5, 0.7] {
      let purify = try run("purify", "{\"clean-threshold\":\(threshold)}")
      let parameters = """
        {"mixtures":[{"mismatched":{"alpha":2,"beta":5},"matched":{"alpha":5,"beta":2},\
        "matched_share":0.7,"origin":"refined"},{"mismatched":{"alpha":3,"beta":6},\
        "matched":{"alpha":6,"beta":3},"matched_share":0.6,"origin":"refined"}]}
        """
      _ = try database.beginDecisions(
        DecisionRule(
          model: model, name: "consensus", threshold: threshold, parameters: parameters),
        run: purify)
      try database.store(
        scores.map { score in
          PairDecision(
            pairID: score.pairID, isKept: score.similarity > threshold,
            reason: score.similarity > threshold ? .matched : .mismatch,
            cleanProbability: score.similarity)
        }, run: purify)
      try database.publishDecisions(ofRun: purify)
      try database.finishRun(purify, at: Date(timeIntervalSince1970: 9))
    }
    try database.store(
      review: ReviewRequest(
        pairID: 2, verdict: .kept, note: "looks\u{1B}[2J fine", reviewer: "anna",
        at: Date(timeIntervalSince1970: 20)))
    try database.close()
  }

  @Test func listsNearestTheThresholdFirst() throws {
    try decided()
    let list = try inspect("list", "--limit", "3")
    #expect(
      list.output == """
        pair  decision  reason    similarity  clean  caption
           7  rejected  mismatch       0.690  0.690  a blue cat 7
           8  kept      matched        0.790  0.790  a red cat 8
           6  rejected  mismatch       0.590  0.590  a red cat 6

        3 of 12 pairs; the next ones: --after threshold-distance-a-\
        \(String((0.7 - 0.59).bitPattern, radix: 16))-6

        """, "\(list.output)\(list.errors)")
    #expect(list.status == 0 && list.errors == "")
    let after = list.output.split(separator: " ").last.map { String($0.dropLast()) } ?? ""
    let next = try inspect("list", "--limit", "1", "--after", after)
    #expect(next.output.contains("\n   9  kept "), "\(next.output)\(next.errors)")
    let matching = try inspect(
      "list", "--match", "RED ca", "--decision", "rejected", "--sort", "similarity",
      "--descending")
    #expect(matching.output.contains("\n\n2 of 2 pairs\n"), "\(matching.output)")
    let reviewed = try inspect("list", "--reviewed")
    #expect(
      reviewed.output.contains("   2  kept*     overruled       0.190  0.190  a red cat 2\n* by a"),
      "\(reviewed.output)")
    #expect(try inspect("list", "--not-reviewed", "--reason", "overruled").output == "no pairs\n")
    #expect(try inspect("list", "--from", "0.4", "--to", "0.7").output.contains("3 of 3 pairs"))
  }

  @Test func controlCharactersReachNoTerminal() throws {
    try decided()
    for arguments in [
      ["list", "--sort", "manifest"], ["list", "--sort", "manifest", "--json"], ["show", "11"],
      ["show", "11", "--json"], ["show", "2"], ["show", "\u{1B}[2J"],
      ["list", "--after", "\u{9B}"],
    ] {
      let run = try ProgramRun(
        ["winnow-inspect", arguments[0], "--workspace", workspace] + arguments.dropFirst())
      let harmful = (run.output + run.errors).unicodeScalars.filter {
        HarmlessText.isHarmful($0) && $0 != "\n"
      }
      #expect(harmful.isEmpty, "\(arguments): \(harmful)")
    }
    #expect(try inspect("list", "--sort", "manifest").output.contains("\\u{1b}[31mred\\u{202e}"))
    let json = try inspect("list", "--match", "dog", "--json").output
    #expect(json.contains("\\u001b[31mred\\u202e\\u009b2J dog"), "\(json)")
  }

  @Test func showsAllThatIsKnownOfAPair() throws {
    try decided()
    let shown = try inspect("show", "2")
    #expect(shown.status == 0 && shown.errors == "")
    for line in [
      "caption       a red cat 2", "decision      kept, overruled (reviewed)",
      "              A reviewer decided against the model.",
      "by the model  rejected, mismatch", "similarity    0.190 (A 0.200, B 0.180)",
      "rule          consensus, above 0.700",
      "  3  rejected  mismatch  0.190  consensus  0.500",
      "  4  rejected  mismatch  0.190  consensus  0.700  shown",
      "1970-01-01T00:00:20Z  kept     anna      looks\\u{1b}[2J fine",
    ] {
      #expect(shown.output.contains(line + "\n"), "\(line)\n\(shown.output)")
    }
    #expect(shown.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    let json = try JSONSerialization.jsonObject(
      with: Data(inspect("show", "2", "--json").output.utf8))
    let pair = try #require((json as? [String: Any])?["pair"] as? [String: Any])
    let key = try #require(pair["key"] as? String)
    #expect(pair["final_reason"] as? String == "overruled")
    #expect(try inspect("show", key).output == shown.output)
    let missing = try inspect("show", "13")
    #expect(missing.status == 1 && missing.output == "")
    #expect(
      missing.errors
        == "winnow-inspect: error: pair \"13\" is not there; give a pair's number or its"
        + " key of 32 hexadecimal digits\n")
  }

  @Test func summaryHasAChartForEachNetwork() throws {
    try decided()
    let summary = try inspect("summary", "--bars", "10")
    #expect(summary.status == 0)
    let lines = summary.output.split(separator: "\n").map(String.init)
    #expect(lines.contains("train  rejected  mismatch       purify          6  50.0 %"))
    #expect(lines.contains { $0.hasSuffix("network A, 70.0 % matched") })
    #expect(lines.contains { $0.hasSuffix("network B, 60.0 % matched") })
    #expect(lines.filter { $0.hasPrefix("── threshold 0.") }.count == 2)
    #expect(lines.allSatisfy { $0.count <= 80 }, "\(summary.output)")
    let json = try JSONSerialization.jsonObject(
      with: Data(inspect("summary", "--json").output.utf8))
    let charts = try #require((json as? [String: Any])?["charts"] as? [[String: Any]])
    #expect(charts.compactMap { $0["measure"] as? String } == ["a", "b"])
    #expect(try inspect("summary", "--bars", "30").status == 2)
  }

  @Test func diffSaysWhatChangedAndWhy() throws {
    try decided()
    let diff = try inspect("diff", "3", "4")
    #expect(
      diff.output == """
                         before                after
        run              3                     4
        ended            1970-01-01T00:00:09Z  1970-01-01T00:00:09Z
        model            m1                    m1
        rule             consensus             consensus
        threshold        0.500                 0.700                 differs
        matched share    0.700, 0.600          0.700, 0.600
        clean-threshold  0.5                   0.7                   differs

        2 of 10 pairs changed decision
        before           after               pairs
        kept    matched  rejected  mismatch      2

        The threshold rose, on the same scores.
        mismatch: The model finds that the caption does not describe the image.

        pair  before   after     clean  similar  caption
           6  matched  mismatch  0.590    0.590  a red cat 6
           7  matched  mismatch  0.690    0.690  a blue cat 7

        """, "\(diff.output)\(diff.errors)")
    let first = try inspect("diff", "3", "4", "--limit", "1")
    #expect(first.output.hasSuffix("the next ones: --after 6\n"), "\(first.output)")
    #expect(
      try inspect("diff", "4", "4").output.hasSuffix("all 10 decisions are the same\n"))
    let wrong = try inspect("diff", "3", "1")
    #expect(wrong.status == 1)
    #expect(
      wrong.errors == "winnow-inspect: error: run 1 decided nothing; the runs that did: 3, 4\n")
  }

  @Test func aWorkspaceWithoutScoresCanBeLookedAt() throws {
    try ingest("a dog\td.jpg\nbroken\n")
    let list = try inspect("list")
    #expect(
      list.output == """
        pair  decision  reason         similarity  clean  caption
           1  pending                                     a dog
           2  failed    malformed_row

        2 of 2 pairs

        """, "\(list.output)\(list.errors)")
    #expect(try inspect("show", "2").status == 0)
    let summary = try inspect("summary")
    #expect(summary.output.hasSuffix("rule   no decisions yet\n"), "\(summary.output)")
    let diff = try inspect("diff", "1", "2")
    #expect(
      diff.errors
        == "winnow-inspect: error: run 1 decided nothing; no run did yet: run winnow-purify"
        + " first\n")
    // Nothing is left behind by a workspace that is none.
    let none = try ProgramRun(["winnow-inspect", "list", "--workspace", folder.file("none")])
    #expect(none.status == 1 && none.errors.contains("nothing was ingested yet"))
    #expect(!FileManager.default.fileExists(atPath: folder.file("none")))
  }

  @Test func wrongUsageIsTwo() throws {
    for arguments in [
      ["list", "--limit", "0"], ["list", "--decision", "maybe"], ["list", "--sort", "size"],
      ["list", "--reviewed", "--not-reviewed"], ["list", "--from", "0.7", "--to", "0.2"],
      ["list", "--from", "nan"], ["show"], ["diff", "1"], ["diff", "one", "two"],
    ] {
      let run = try ProgramRun(
        ["winnow-inspect", arguments[0], "--workspace", workspace] + arguments.dropFirst())
      #expect(run.status == 2, "\(arguments): \(run.errors)")
    }
  }
}
