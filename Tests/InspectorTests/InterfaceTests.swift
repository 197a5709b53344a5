import Audit
import Foundation
import Pairs
import Testing

@testable import Inspector

/// What the pages ask for, as JSON.
@Suite struct InterfaceTests {
  private func rows(_ answer: HTTPAnswer) throws -> [[String: Any]] {
    try answer.object["rows"] as? [[String: Any]] ?? []
  }

  private func numbers(_ answer: HTTPAnswer) throws -> [Int] {
    try rows(answer).compactMap { $0["pair_id"] as? Int }
  }

  @Test func pairsComeNearestTheThresholdFirstAndByPages() async throws {
    let fixture = try await InspectorFixture()
    let all = try await fixture.get("/api/v1/pairs")
    #expect(Set(try numbers(all).prefix(2)) == [3, 4])
    #expect(try numbers(all).count == 7)
    #expect(try all.object["matching"] as? Int == 7)
    var paged: [Int] = []
    var target = "/api/v1/pairs?limit=2"
    for _ in 0..<4 {
      let page = try await fixture.get(target)
      paged += try numbers(page)
      guard let next = try page.object["next"] as? String else { break }
      let cursor = next.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
      target = "/api/v1/pairs?limit=2&after=\(cursor)"
    }
    #expect(paged == (try numbers(all)))
  }

  @Test func filtersNarrowTheList() async throws {
    let fixture = try await InspectorFixture()
    #expect(Set(try numbers(try await fixture.get("/api/v1/pairs?status=kept"))) == [1, 4])
    #expect(
      Set(try numbers(try await fixture.get("/api/v1/pairs?status=rejected&reason=mismatch"))) == [
        2, 3,
      ])
    #expect(Set(try numbers(try await fixture.get("/api/v1/pairs?search=dog"))) == [1, 5])
    #expect(Set(try numbers(try await fixture.get("/api/v1/pairs?search=dog%20beach"))) == [1])
    // From a bound on, below another one.
    #expect(
      try numbers(try await fixture.get("/api/v1/pairs?min=0.2&max=0.55&sort=similarity")) == [
        2, 3,
      ])
    #expect(
      try numbers(try await fixture.get("/api/v1/pairs?min=0.2&sort=similarity&descending=true"))
        == [1, 4, 3, 2])
    #expect(
      Set(try numbers(try await fixture.get("/api/v1/pairs?status=failed,pending"))) == [5, 6, 7])
  }

  @Test(arguments: [
    "status=maybe", "reason=none", "role=all", "reviewed=maybe", "min=x", "min=nan", "min=1&max=0",
    "sort=none", "limit=0", "limit=999", "after=nonsense", "search=%ff", "descending=2",
    "after=%00%01",
  ])
  func valuesThatCannotBeAreNamed(query: String) async throws {
    let fixture = try await InspectorFixture()
    let answer = try await fixture.get("/api/v1/pairs?\(query)")
    #expect(answer.status == 400, "\(query): \(answer.status) \(answer.text)")
    #expect(try !(answer.object["message"] as? String ?? "").isEmpty)
  }

  @Test func hostileCaptionsComeAsTheyAreAndLongOnesCut() async throws {
    let fixture = try await InspectorFixture()
    let list = try rows(try await fixture.get("/api/v1/pairs?sort=manifest"))
    #expect(list[1]["caption"] as? String == "<script>alert(1)</script> a cat")
    #expect((list[2]["caption"] as? String)?.contains("\u{202E}") == true)
    #expect((list[3]["caption"] as? String)?.count == PairView.listLimit)
    #expect(list[3]["is_cut"] as? Bool == true && list[2]["is_cut"] as? Bool == false)
    let whole = try await fixture.get("/api/v1/pairs/4").object["pair"] as? [String: Any]
    #expect((whole?["caption"] as? String)?.count == 50_000)
  }

  @Test func aPairsPageKnowsEverything() async throws {
    let fixture = try await InspectorFixture()
    let answer = try await fixture.get("/api/v1/pairs/2")
    let object = try answer.object
    let pair = object["pair"] as? [String: Any]
    #expect(pair?["status"] as? String == "rejected")
    #expect(pair?["explanation"] as? String == PairReason.mismatch.explanation)
    let history = object["history"] as? [String: Any]
    #expect((history?["decisions"] as? [Any])?.count == 1)
    #expect((history?["scores"] as? [Any])?.count == 1)
    #expect(object["explanation"] == nil)
    #expect(
      object["explain_command"] as? String
        == "winnow-score --workspace \(fixture.folder.path) --explain")
    #expect(try await fixture.get("/api/v1/pairs/9").status == 404)
    #expect(try await fixture.get("/api/v1/pairs/0").status == 404)
  }

  @Test func anExplanationNamesThePairsThatFitBetter() async throws {
    let fixture = try await InspectorFixture()
    let writing = try AuditDatabase(at: fixture.folder.file("audit.sqlite"), access: .writing)
    let model = try #require(try writing.publishedModel()?.id)
    let run = try writing.beginRun(
      RunRequest(
        command: "explain", configuration: "{}", programVersion: "test", seed: nil,
        startedAt: Date(timeIntervalSince1970: 0)))
    try writing.store(
      [
        PairExplanation(
          pairID: 2, words: ["a", "cat"], isKnown: [true, false], grounding: [0.25, -0.5],
          attention: [255, 0, 3, 4, 1, 255, 7, 8], regionRows: 2, regionColumns: 2, fit: .crop,
          captions: [PairExplanation.Match(pairID: 1, similarity: 0.75)],
          images: [PairExplanation.Match(pairID: 3, similarity: 0.5)])
      ], model: model, run: run)
    try writing.close()
    let object = try await fixture.get("/api/v1/pairs/2").object
    let explanation = try #require(object["explanation"] as? [String: Any])
    #expect(explanation["words"] as? [String] == ["a", "cat"])
    #expect(explanation["attention"] as? [Int] == [255, 0, 3, 4, 1, 255, 7, 8])
    #expect(explanation["fit"] as? String == "crop")
    let caption = try #require((explanation["captions"] as? [[String: Any]])?.first)
    #expect(caption["similarity"] as? Double == 0.75)
    #expect((caption["pair"] as? [String: Any])?["caption"] as? String == "a dog runs on the beach")
  }

  @Test func countsAndTheHistogramAddUp() async throws {
    let fixture = try await InspectorFixture()
    let summary = try await fixture.get("/api/v1/summary").object
    let counts = try #require(summary["counts"] as? [[String: Any]])
    #expect(counts.compactMap { $0["pairs"] as? Int }.reduce(0, +) == 7)
    #expect(
      (summary["runs"] as? [[String: Any]])?.map { $0["command"] as? String } == [
        "ingest", "score", "purify",
      ])
    let histogram = try await fixture.get("/api/v1/histogram?bars=20").object
    let matched = try #require(histogram["matched"] as? [Int])
    let unmatched = try #require(histogram["unmatched"] as? [Int])
    #expect(matched.count == 20 && matched.reduce(0, +) == 2 && unmatched.reduce(0, +) == 2)
    #expect(matched[18] == 1 && matched[11] == 1 && unmatched[4] == 1 && unmatched[9] == 1)
    #expect((histogram["rule"] as? [String: Any])?["similarity"] as? Double == 0.5)
    #expect((histogram["mixtures"] as? [Any])?.count == 1)
    #expect(histogram["unscored"] as? Int == 3)
    #expect(try await fixture.get("/api/v1/histogram?bars=7").status == 400)
    #expect(try await fixture.get("/api/v1/histogram?bars=30").status == 400)
  }

  @Test func trainingIsReadWhileItIsWritten() async throws {
    let fixture = try await InspectorFixture()
    #expect((try await fixture.get("/api/v1/training").object["epochs"] as? [Any])?.isEmpty == true)
    try FileManager.default.createDirectory(
      atPath: fixture.folder.file("models"), withIntermediateDirectories: true)
    let text = """
      {"best":true,"epoch":1,"loss":[1.5,1.25],"phase":"warmup"}
      {"best":false,"epoch":2,"loss":[1.0,
      """
    try fixture.folder.write(Array(text.utf8), to: "models/training.jsonl")
    let epochs = try await fixture.get("/api/v1/training").object["epochs"] as? [[String: Any]]
    #expect(epochs?.count == 1 && epochs?.first?["loss"] as? [Double] == [1.5, 1.25])
    try fixture.folder.write(Array("nonsense\n".utf8), to: "models/training.jsonl")
    #expect(try await fixture.get("/api/v1/training").status == 500)
  }

  @Test func theStateTellsOfRunsAndWriters() async throws {
    let fixture = try await InspectorFixture(writer: "winnow-score (process 7)")
    let before = try await fixture.get("/api/v1/state").object
    #expect(before["writer"] as? String == "winnow-score (process 7)")
    #expect(before["reviewer"] as? String == "me <b>")
    let writing = try AuditDatabase(at: fixture.folder.file("audit.sqlite"), access: .writing)
    let run = try writing.beginRun(
      RunRequest(
        command: "purify", configuration: #"{"x":1}"#, programVersion: "test", seed: nil,
        startedAt: Date(timeIntervalSince1970: 0)))
    let during = try await fixture.get("/api/v1/state").object
    #expect(during["revision"] as? String != before["revision"] as? String)
    try writing.finishRun(run, at: Date(timeIntervalSince1970: 9))
    try writing.close()
    let after = try await fixture.get("/api/v1/state").object
    #expect(after["revision"] as? String != during["revision"] as? String)
  }

  @Test func labellingDrawsTheSamePairsForTheSameSeed() async throws {
    let lines = (0..<50).map { "caption \($0)\tdog.gif\n" }.joined() + "broken\n"
    let fixture = try await InspectorFixture(manifest: lines, scores: [])
    func drawn(_ query: String) async throws -> [Int] {
      let answer = try await fixture.get("/api/v1/label?\(query)").object
      return (answer["pairs"] as? [[String: Any]] ?? []).compactMap { $0["pair_id"] as? Int }
    }
    let first = try await drawn("")
    #expect(first.count == 3)
    #expect(try await drawn("seed=7&count=3") == first)
    #expect(try await drawn("seed=8&count=20") != (try await drawn("seed=7&count=20")))
    let all = try await drawn("count=2000")
    #expect(all.prefix(3) == first[...] && Set(all) == Set(1...50) && all.count == 50)
    let review = #"{"verdict":"rejected"}"#
    #expect(try await fixture.post("/api/v1/pairs/\(first[0])/review", review).status == 200)
    #expect(try await drawn("") == first)
    #expect(try await fixture.get("/api/v1/label?seed=-1").status == 400)
    #expect(try await fixture.get("/api/v1/label?count=2001").status == 400)
  }

  @Test func labellingTakesPairsWithoutAScoreFirst() async throws {
    let fixture = try await InspectorFixture(scores: [0.9, 0.2])
    let object = try await fixture.get("/api/v1/label?count=5").object
    let pairs = (object["pairs"] as? [[String: Any]] ?? []).compactMap { $0["pair_id"] as? Int }
    // Pair 5 has no picture to look at, since it was not fetched; 6 and 7 failed.
    #expect(Set(pairs.prefix(2)) == [3, 4] && Set(pairs) == [1, 2, 3, 4])
  }
}
