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
    let database = try fixture.workspace.openDatabase(.writing)
    let run = try database.beginRun(
      RunRequest(
        command: "purify", configuration: "{}", programVersion: "test", seed: nil,
        startedAt: Date(timeIntervalSince1970: 0)))
    let rule = DecisionRule(
      model: try database.modelID(named: "m"), name: "threshold", threshold: 0.5,
      parameters: "{}")
    _ = try database.beginDecisions(rule, run: run)
    let decisions = try database.outcomes(roles: [.train], limit: 100).filter {
      $0.status == .pending
    }.map { outcome in
      let isKept = outcome.line % 2 == 1
      return PairDecision(
        pairID: outcome.pairID, isKept: isKept, reason: isKept ? .matched : .mismatch,
        cleanProbability: isKept ? 0.75 : 0.25)
    }
    try database.store(decisions, run: run)
    try database.publishDecisions(ofRun: run)
    try database.close()
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
