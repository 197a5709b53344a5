import Audit
import Foundation
import Pairs
import TestSupport

@testable import Stages

/// A folder with a workspace, and a clock that stands still.
struct StageFixture {
  let folder: ScratchFolder
  let workspace: Workspace

  init() throws {
    folder = try ScratchFolder()
    workspace = Workspace(path: folder.file("run"))
  }

  func context(restarts: Bool = false) -> StageContext {
    StageContext(
      programVersion: "test", restarts: restarts, now: { Date(timeIntervalSince1970: 0) },
      progress: { _ in })
  }

  func manifest(_ bytes: some Sequence<UInt8>, name: String = "m.tsv") throws -> String {
    try folder.write(bytes, to: name)
  }

  @discardableResult
  func perform<Kind: Stage>(_ stage: Kind, restarts: Bool = false) throws -> Kind.Summary {
    try stage.perform(in: workspace, context: context(restarts: restarts), command: "test")
  }

  /// Exports with the given configuration and returns the file's bytes.
  func export(_ configuration: ExportConfiguration) throws -> [UInt8] {
    var configuration = configuration
    configuration.output = folder.file("out")
    try perform(ExportStage(configuration))
    return try folder.read("out")
  }

  /// Decides all pairs that are pending.
  func decide(_ isKept: (PairOutcome) -> Bool) throws {
    let database = try workspace.openDatabase(.writing)
    let run = try database.beginRun(
      RunRequest(
        command: "purify", configuration: "{}", programVersion: "test", seed: nil,
        startedAt: Date(timeIntervalSince1970: 0)))
    let rule = DecisionRule(
      model: try database.modelID(named: "m"), name: "threshold", threshold: 0.5,
      parameters: "{}")
    _ = try database.beginDecisions(rule, run: run)
    let decisions = try database.outcomes(roles: [.train], limit: 100_000).filter {
      $0.status == .pending
    }.map { outcome in
      let isKept = isKept(outcome)
      return PairDecision(
        pairID: outcome.pairID, isKept: isKept, reason: isKept ? .matched : .mismatch,
        cleanProbability: isKept ? 0.75 : 0.25)
    }
    try database.store(decisions, run: run)
    try database.publishDecisions(ofRun: run)
    try database.close()
  }

  /// Stores what a reviewer says of a pair.
  func review(_ pair: Int64, _ verdict: ReviewVerdict, note: String? = nil) throws {
    let database = try workspace.openDatabase(.writing)
    try database.store(
      review: ReviewRequest(
        pairID: pair, verdict: verdict, note: note, reviewer: "anna",
        at: Date(timeIntervalSince1970: 0)))
    try database.close()
  }

  /// What the sqlite3 shell would print, read by the exports' own database handle.
  func outcomes() throws -> [String] {
    let database = try workspace.openDatabase(.reading)
    return try database.outcomes(roles: Set(PairRole.allCases), limit: 1_000_000).map {
      "\($0.pairID) \($0.key) \($0.line) \($0.status) \($0.reason?.rawValue ?? "-")"
    }
  }

  /// Every kind of bad line, among good ones; two last lines of the same pair, the last one
  /// without a newline.
  static let hostileManifest: [UInt8] = {
    var bytes: [UInt8] = []
    func line(_ text: String) { bytes += Array(text.utf8) + [0x0A] }
    line("a good dog\timages/dog.jpg")
    line("no tab at all")
    line("two\ttabs\there")
    line("")
    line("\timages/no-caption.jpg")
    line("   \timages/blank-caption.jpg")
    line("no url\t")
    bytes += [0x62, 0xFF, 0xFE, 0x09, 0x78, 0x0A]
    line(String(repeating: "long ", count: 200_000) + "\timages/long.jpg")
    line("windows line\timages/crlf.jpg\r")
    line("escapes\t../outside.jpg")
    line("odd scheme\tgopher://host/x.jpg")
    line("on the web\thttps://example.org/x.jpg")
    line("nul \u{0} inside\timages/nul.jpg")
    line("twice\timages/twice.jpg")
    bytes += Array("twice\timages/twice.jpg".utf8)
    return bytes
  }()
}
