import Audit
import Foundation
import Pairs
import Testing

@testable import Stages

@Suite struct ExportStageTests {
  let fixture: StageFixture

  init() throws { fixture = try StageFixture() }

  /// Ingests a manifest and decides: odd lines are kept, even ones rejected.
  private func decide(_ text: String) throws -> String {
    let input = try fixture.manifest(Array(text.utf8))
    try fixture.perform(IngestStage(IngestConfiguration(inputs: [input])))
    try fixture.decide { $0.line % 2 == 1 }
    return input
  }

  @Test func keptLinesAreTheInputsBytes() throws {
    _ = try decide("a  \tx.jpg\r\nb\ty.jpg\n é\tz.jpg \nbroken\ne\tw.jpg")
    #expect(
      try fixture.export(ExportConfiguration())
        == Array("a  \tx.jpg\r\n é\tz.jpg \ne\tw.jpg".utf8))
    #expect(
      try fixture.export(ExportConfiguration(decision: .rejected)) == Array("b\ty.jpg\n".utf8))
    #expect(
      try fixture.export(ExportConfiguration(decision: .all, reason: .malformedRow))
        == Array("broken\n".utf8))
    let again = try fixture.export(ExportConfiguration())
    #expect(try fixture.export(ExportConfiguration()) == again)
  }

  @Test func jsonLinesSayWhereAPairStands() throws {
    let input = try decide("a dog\tx.jpg\nb\ty.jpg\n")
    let text = String(
      decoding: try fixture.export(ExportConfiguration(format: .jsonl)), as: UTF8.self)
    let key = PairKey(url: Array("x.jpg".utf8), caption: Array("a dog".utf8))
    #expect(
      text == """
        {"caption":"a dog","clean_probability":0.75,"key":"\(key)","line":1,"reason":"matched",\
        "role":"train","source":"\(input)","status":"kept","url":"x.jpg"}

        """)
  }

  @Test func aSumStandsBesideTheFile() throws {
    _ = try decide("a\tx\nb\ty\n")
    let output = fixture.folder.file("odd \\ name.tsv")
    let summary = try fixture.perform(ExportStage(ExportConfiguration(output: output)))
    var expected = ExportSummary(
      output: output, sums: output + ".sha256", lines: 1, files: 1, bytes: 4)
    expected.throughput = Throughput(1, "lines", seconds: 0)
    #expect(summary == expected)
    let digest = SHA256Digest(of: Array("a\tx\n".utf8))
    #expect(
      try fixture.folder.read("odd \\ name.tsv.sha256")
        == Array("\\\(digest)  odd \\\\ name.tsv\n".utf8))
    #expect(
      summary.report == """
        written  \(output)
        sums     \(output).sha256
        lines    1
        bytes    4
        time     0.0 s
        """)
  }

  @Test func whatAReviewerSaidStandsInTheRecord() throws {
    _ = try decide("a\tx\nb\ty\nc\tz\n")
    try fixture.review(2, .kept, note: "</script>\u{1B}[31m \"yes\"")
    try fixture.review(3, .rejected)
    try fixture.review(1, .rejected)
    try fixture.review(1, .withdrawn)
    let text = String(
      decoding: try fixture.export(ExportConfiguration(format: .jsonl)), as: UTF8.self)
    let lines = text.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(!lines[0].contains("verdict") && lines[0].contains(#""reason":"matched""#))
    #expect(
      lines[1].contains(
        #""note":"</script>\u001b[31m \"yes\"","reason":"overruled","reviewed_at":"1970-01-01T00:00:00Z","#
          + #""reviewer":"anna","#))
    #expect(lines[1].hasSuffix(#""status":"kept","url":"y","verdict":"kept"}"#))
  }

  @Test func reviewsAreAManifestOfTheirOwn() throws {
    let input = try fixture.manifest(Array("a\tx\r\nb\ty\nc\tz\nbroken\nd\tw".utf8))
    try fixture.perform(IngestStage(IngestConfiguration(inputs: [input])))
    // Nothing is decided yet, and what people said needs no decision.
    for (pair, verdict) in [(1, "kept"), (2, "rejected"), (4, "kept"), (5, "kept")] {
      try fixture.review(Int64(pair), try #require(ReviewVerdict(rawValue: verdict)))
    }
    #expect(
      try fixture.export(ExportConfiguration(isReviewed: true)) == Array("a\tx\r\nd\tw".utf8))
    #expect(
      try fixture.export(ExportConfiguration(decision: .rejected, isReviewed: true))
        == Array("b\ty\n".utf8))
    let all = try fixture.export(
      ExportConfiguration(format: .jsonl, decision: .all, isReviewed: true))
    #expect(all.count { $0 == 0x0A } == 4)
    try fixture.perform(ExportStage(ExportConfiguration(isReviewed: true)))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: fixture.workspace.exportPath).sorted()
        == ["reviewed-kept.tsv", "reviewed-kept.tsv.sha256"])
  }

  @Test func severalRolesComeInManifestOrder() throws {
    _ = try decide("a\tx\nb\ty\n")
    let dev = try fixture.manifest(Array("d\tw\n".utf8), name: "dev.tsv")
    try fixture.perform(IngestStage(IngestConfiguration(inputs: [dev], role: .dev)))
    #expect(
      try fixture.export(ExportConfiguration(roles: [.dev, .train])) == Array("a\tx\nd\tw\n".utf8))
  }

  @Test(arguments: [
    (ExportConfiguration(roles: []), "role: names no role"),
    (
      ExportConfiguration(shardPairs: 5), "shard-pairs: is for the format webdataset, not tsv"
    ),
    (
      ExportConfiguration(format: .webdataset, shardPairs: 0),
      "shard-pairs: 0 is not from 1 to 10,000,000"
    ),
  ])
  func valuesThatCannotBeAreRefused(_ configuration: ExportConfiguration, problem: String) {
    let error = #expect(throws: StagesError.self) { try configuration.validate() }
    #expect(error?.description == "export: \(problem)")
  }

  @Test func twoManifestsDoNotRunTogether() throws {
    let first = try fixture.manifest(Array("a\tx".utf8), name: "1.tsv")
    let second = try fixture.manifest(Array("b\ty".utf8), name: "2.tsv")
    try fixture.perform(IngestStage(IngestConfiguration(inputs: [first, second])))
    #expect(
      try fixture.export(ExportConfiguration(decision: .all)) == Array("a\tx\nb\ty".utf8))
  }

  @Test func refusesToOverwriteAManifest() throws {
    let input = try decide("a\tx\nb\ty\n")
    let error = #expect(throws: StagesError.self) {
      try fixture.perform(ExportStage(ExportConfiguration(output: input)))
    }
    #expect(
      error?.description
        == "export: output: \(input) is a manifest of this workspace and would be overwritten")
    #expect(try fixture.folder.read("m.tsv") == Array("a\tx\nb\ty\n".utf8))
    let sums = try fixture.manifest(Array("c\tz\n".utf8), name: "out.sha256")
    try fixture.perform(IngestStage(IngestConfiguration(inputs: [sums])))
    #expect(throws: StagesError.self) {
      try fixture.perform(ExportStage(ExportConfiguration(output: fixture.folder.file("out"))))
    }
  }

  @Test func namesTheCommandToRunFirst() throws {
    let path = fixture.workspace.path
    let nothing = #expect(throws: StagesError.self) {
      try fixture.perform(ExportStage(ExportConfiguration()))
    }
    #expect(
      nothing?.description
        == "\(path): nothing was ingested yet; run: winnow-ingest --workspace \(path) --input M.tsv"
    )
    let input = try fixture.manifest(Array("a\tx\n".utf8))
    try fixture.perform(IngestStage(IngestConfiguration(inputs: [input])))
    let undecided = #expect(throws: StagesError.self) {
      try fixture.perform(ExportStage(ExportConfiguration()))
    }
    #expect(
      undecided?.description
        == "\(path): no pair was decided on yet; run: winnow-purify --workspace \(path)")
  }

  @Test func aLongLineNeedsTheManifestAsItWas() throws {
    let input = try fixture.manifest(StageFixture.hostileManifest)
    try fixture.perform(IngestStage(IngestConfiguration(inputs: [input])))
    try fixture.folder.write(Array("a\tx\n".utf8), to: "m.tsv")
    let error = #expect(throws: StagesError.self) {
      try fixture.export(ExportConfiguration(decision: .all))
    }
    #expect(error?.description.hasPrefix("\(input): has changed since it was ingested") == true)
    #expect(try !fixture.folder.names.contains { $0.hasPrefix("out") })
  }
}
