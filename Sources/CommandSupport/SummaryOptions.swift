import ArgumentParser
import Foundation
import Stages

/// How a command speaks that is no stage.
public struct SummaryOptions: ParsableArguments {
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
    _ body: (StageContext, ProgressRenderer) throws -> Result
  ) rethrows -> Result {
    let renderer = ProgressRenderer.onStandardError
    defer { renderer.finish() }
    let isQuiet = quiet
    return try body(
      StageContext(
        programVersion: programVersion, now: { Date() }, uptime: renderer.uptime,
        progress: { if !isQuiet { renderer.show($0) } }),
      renderer)
  }
}
