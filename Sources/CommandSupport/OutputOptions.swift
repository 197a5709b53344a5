import ArgumentParser
import Foundation
import Stages

/// How a command speaks: shared by all.
public struct OutputOptions: ParsableArguments {
  /// Whether the closing summary is JSON.
  @Flag(help: "Print the closing summary as JSON.")
  public var json = false

  /// Whether no progress is shown.
  @Flag(help: "Show no progress.")
  public var quiet = false

  /// Options at their defaults; the parser fills them in.
  public init() {}

  /// Calls `body` with a context whose progress is shown by the renderer, which `body` has to
  /// `finish()` before it prints.
  public func withContext<Result>(
    restarts: Bool = false, _ body: (StageContext, ProgressRenderer) throws -> Result
  ) rethrows -> Result {
    let began = ContinuousClock.now
    let uptime: @Sendable () -> Double = { (ContinuousClock.now - began) / .seconds(1) }
    let renderer = ProgressRenderer(
      isTerminal: Terminal.errorIsTerminal, uptime: uptime,
      write: { FileHandle.standardError.write(Data($0.utf8)) })
    defer { renderer.finish() }
    let isQuiet = quiet
    return try body(
      StageContext(
        programVersion: programVersion, restarts: restarts, now: { Date() }, uptime: uptime,
        progress: { if !isQuiet { renderer.show($0) } }),
      renderer)
  }

  /// Prints a summary, as text or as JSON.
  public func print(_ summary: some StageSummary) throws {
    Terminal.write(json ? try Self.encode(summary) : Terminal.harmless(summary.report))
  }

  /// JSON with sorted keys over several lines. Characters that could do something to a terminal are
  /// escaped, which JSON's readers undo.
  public static func encode(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return HarmlessText.escapedJSON(String(decoding: try encoder.encode(value), as: UTF8.self))
  }
}
